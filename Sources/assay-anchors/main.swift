import AnchorsCommand
import CommandLineSupport

AnchorsTool.main()
