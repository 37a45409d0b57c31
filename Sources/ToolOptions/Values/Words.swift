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

extension ComputeDevice: SettingWord {
    /// Devices that PyTorch has and Assay has not are refused with the reason.
    public init(setting text: String) throws {
        if let device = Self(rawValue: text) {
            self = device
            return
        }
        let reason: String? =
            switch text {
            case "xpu": "the loops between convolutions run on GPUs of NVIDIA alone, and not on Intel's"
            case "mps": "Apple's GPUs are those of macOS, and Assay runs on Linux"
            default: nil
            }
        throw reason.map { SettingError($0, "write \(Self.form.wanted)") } ?? Self.refusal(of: text)
    }
}

/// A backend, by name.
public struct BackendName: SettingValue {
    /// As the backend calls itself.
    public let name: String

    public static var form: SettingForm { .words(Backends.names) }

    public init(setting text: String) throws {
        guard Backends.names.contains(text) else { throw Self.refusal(of: text) }
        name = text
    }

    /// Whether it may compute with an installed PyTorch.
    public var usesTorch: Bool { Backends.mayBeTorch(name) }

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
