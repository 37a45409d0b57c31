import CommandLineSupport
import ReportCommand

ReportTool.main()
