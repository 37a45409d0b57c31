import CommandLineSupport
import CurvesCommand

CurvesTool.main()
