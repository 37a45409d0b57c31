import AnchorFitting
import AvailableBackends
import FileReading
import Findings
import Imaging
import LabelRules
import NeuralKernels
import ProbeTraining
import ToxicRanking
import YOLODataset
import YOLOModel

// Settings that are one of some words take them from the types that mean them.

extension Severity: SettingWord {}
extension ImageReading: SettingWord {}
extension Trainer: SettingWord {}
extension TrainingInput.Resize: SettingWord {}
extension AnchorFit.Options.Method: SettingWord {}
extension TrainingOptions.Method: SettingWord {}
extension AdviceTrainer: SettingWord {}
extension GradientReach: SettingWord {}
extension Precision: SettingWord {}
extension Letterbox.Outline: SettingWord {}
extension ImageOrder: SettingWord {}
extension DetectionHead: SettingWord {}
extension LossRelease: SettingWord {}
extension FindingFormat: SettingWord {}

/// A backend, by name.
public struct BackendName: SettingValue {
    /// As the backend calls itself.
    public let name: String

    public static var form: SettingForm { .words(Backends.names) }

    public init(setting text: String) throws {
        guard Backends.names.contains(text) else { throw Self.refusal(of: text) }
        name = text
    }

    /// Whether it computes with an installed PyTorch.
    public var usesTorch: Bool { Backends.isTorch(name) }

    public var description: String { name }
}

/// The published size of a model that is trained from scratch.
public struct ModelName: SettingValue, ExpressibleByStringLiteral {
    /// `yolov5n`, `yolov5s` ….
    public let name: String

    public static var form: SettingForm { .words(StandardModels.names) }

    public init(setting text: String) throws {
        guard StandardModels.names.contains(text) else { throw Self.refusal(of: text) }
        name = text
    }

    public init(stringLiteral name: String) { self.name = name }

    public var description: String { name }
}
