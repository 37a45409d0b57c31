import CommandLineSupport
import ProbeCommand

ProbeTool.main()
