import AnchorsCommand
import AssayCommand
import CommandLineSupport
import LabelsCommand
import ProbeCommand
import ReportCommand
import ToxicCommand

SharedProgram.start(
    [LabelsTool.self, AnchorsTool.self, ProbeTool.self, ToxicTool.self, ReportTool.self], otherwise: AssayTool.self)
