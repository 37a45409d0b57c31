import CommandLineSupport
import ToxicCommand

ToxicTool.main()
