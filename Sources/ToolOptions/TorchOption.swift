import ArgumentParser
import AvailableBackends
import FileReading

/// Where PyTorch is, for the backend `torch`.
///
/// An option of commands and no setting: what is there is loaded as a program, and a plan may come from anybody.
public struct TorchOption: ParsableArguments, Sendable {
    @Option(
        "The PyTorch of the backend torch: an environment of Python, or its folder torch.",
        otherwise: "that of ASSAY_TORCH, VIRTUAL_ENV or CONDA_PREFIX")
    public var torch: TorchFolder?

    public init() {}

    /// Which library computes is about the process: it is known as soon as it is said.
    public func validate() {
        if let torch { Backends.useTorch(at: torch.path) }
    }

    /// Refuses the option where no PyTorch computes.
    ///
    /// - Parameter backends: those that are asked for.
    public func check(_ backends: [BackendName?]) throws {
        guard torch != nil, !backends.contains(where: { $0?.usesTorch == true }) else { return }
        throw ValidationError(
            "--torch has no effect without the backend torch; add --backend torch (in a plan: backend: torch), or leave it out"
        )
    }
}

/// A folder that holds PyTorch.
public struct TorchFolder: SettingValue {
    /// As it was given.
    public let path: String

    public static var form: SettingForm { .path("a folder") }

    public init(setting text: String) throws {
        guard !text.isEmpty, !text.utf8.contains(0) else { throw Self.refusal(of: text) }
        path = text
    }

    public var description: String { path }
}
