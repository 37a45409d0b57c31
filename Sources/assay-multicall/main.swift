import AnchorsCommand
import AssayCommand
import CommandLineSupport
import CurvesCommand
import LabelsCommand
import ProbeCommand
import ReportCommand
import ToxicCommand

SharedProgram.start(
    [LabelsTool.self, AnchorsTool.self, ProbeTool.self, ToxicTool.self, CurvesTool.self, ReportTool.self],
    otherwise: AssayTool.self)
