import AssayCommand
import CommandLineSupport

AssayTool.main()
