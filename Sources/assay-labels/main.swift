import CommandLineSupport
import LabelsCommand

LabelsTool.main()
