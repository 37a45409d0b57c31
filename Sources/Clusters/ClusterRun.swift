import AuditPlan
import FileReading
import Foundation
import Sharding
import TextForms
import ToolOptions

/// Has workers make the parts of a stage: all that are missing, and again what is still missing, until all are there.
///
/// Nothing is remembered but the parts: whoever runs it again goes on where the last one stopped.
public struct ClusterRun {
    /// Whom a run asks and tells.
    public struct Surroundings: Sendable {
        /// Whether it is to end.
        public var isCancelled: @Sendable () -> Bool
        /// Whether a person wants that, as by Ctrl-C; otherwise its terminal or its machine goes.
        public var isStopped: @Sendable () -> Bool
        /// Told how many images are done, of how many.
        public var progress: @Sendable (Int, Int) -> Void
        /// Told in a sentence what is started.
        public var note: @Sendable (String) -> Void

        /// The properties of the same names.
        public init(
            isCancelled: @Sendable @escaping () -> Bool, isStopped: @Sendable @escaping () -> Bool,
            progress: @Sendable @escaping (Int, Int) -> Void, note: @Sendable @escaping (String) -> Void
        ) {
            (self.isCancelled, self.isStopped) = (isCancelled, isStopped)
            (self.progress, self.note) = (progress, note)
        }
    }

    private let stage: StageName
    private let plan: String
    private let parts: PartCollection
    private let retries: Int
    private let engine: any ClusterEngine
    private let surroundings: Surroundings
    private let images: Int

    /// - Parameters:
    ///   - plan: as people name it; workers get its absolute path.
    ///   - program: the path of this executable.
    ///   - options: with another engine than none.
    public init(
        _ stage: StageName, plan: String, parts: PartCollection, program: String, options: ClusterOptions,
        _ surroundings: Surroundings
    ) {
        (self.stage, self.plan, self.parts, self.surroundings) = (stage, plan, parts, surroundings)
        retries = options.retries.value
        let task = WorkerTask(
            plan: Paths.absolute(plan), stage: stage, shards: parts.shards, folder: parts.folder,
            program: options.program?.path ?? (options.engine == .kubernetes ? "assay" : program), options: options)
        engine = Self.engine(task)
        images = (0..<parts.shards).reduce(0) { $0 + parts.images($1) }
    }

    private static func engine(_ task: WorkerTask) -> any ClusterEngine {
        switch (task.options.engine, task.options.command) {
        case (.command, let command?): CommandEngine(task: task, command: command)
        case (.slurm, _): SlurmEngine(task: task)
        case (.kubernetes, _): KubernetesEngine(task: task)
        case (.command, nil), (.none, _): preconditionFailure("a plan is checked when it is read")
        }
    }

    /// Returns when the parts of all shards are there.
    ///
    /// - Throws: `CancellationError` after an interruption; `FileError` where parts are missing after the last try, or
    ///   another one would be in vain.
    public func run() throws {
        var job = try engine.resume()
        var missing = Array(0..<parts.shards)
        look(&missing)
        guard !missing.isEmpty else {
            job?.finish()
            return
        }
        if missing.count < parts.shards {
            let there = parts.shards - missing.count
            surroundings.note("\(stage.rawValue): the parts of \(Counted.text(there, "shard")) are there already")
        }
        var tries = 0
        var lastWords: String?
        while !missing.isEmpty {
            if job == nil {
                guard tries <= retries else { throw exhausted(missing, lastWords) }
                job = try engine.start(missing)
                tries += 1
            }
            guard let current = job else { break }
            surroundings.note("\(stage.rawValue): \(tries > 1 ? "again, " : "")\(current.words)")
            do {
                try follow(current, &missing)
            } catch let refusal as WorkerRefusal {
                _ = current.leave(isStopped: true)
                throw failure(refusal.reason, "mend that, and run again: what is done stays done")
            }
            if !missing.isEmpty, let words = current.lastWords {
                lastWords = words
                surroundings.note("\(stage.rawValue): \(words); more in \(current.logs)")
            }
            current.finish()
            job = nil
        }
    }

    /// Until all parts are there, or no more will come.
    private func follow(_ job: any ClusterJob, _ missing: inout [Int]) throws {
        // Looking takes time where there are many parts on a busy file system: it is to take a small part of all.
        var next = ContinuousClock.now
        while true {
            // Asked first, so that what was made last is seen.
            let hasEnded = try job.hasEnded()
            let start = ContinuousClock.now
            if hasEnded || start >= next {
                look(&missing)
                let cost = ContinuousClock.now - start
                next = ContinuousClock.now + min(max(cost * 20, .milliseconds(200)), .seconds(10))
            }
            if missing.isEmpty || hasEnded { return }
            if let news = job.takeNews() { surroundings.note("\(stage.rawValue): \(news)") }
            if surroundings.isCancelled() {
                if let left = job.leave(isStopped: surroundings.isStopped()) {
                    surroundings.note("\(stage.rawValue): \(left)")
                }
                throw CancellationError()
            }
            usleep(50_000)
        }
    }

    private func look(_ missing: inout [Int]) {
        let present = parts.present(among: missing)
        missing.removeAll(where: present.contains)
        surroundings.progress(images - missing.reduce(0) { $0 + parts.images($1) }, images)
    }

    private func exhausted(_ missing: [Int], _ lastWords: String?) -> FileError {
        let (noun, verb) = missing.count == 1 ? ("the shard", "has") : ("the shards", "have")
        let tries = retries == 0 ? "one try" : "\(Counted.number(retries + 1)) tries"
        return failure(
            "\(noun) \(PartCollection.list(missing)) still \(verb) no part after \(tries)"
                + (lastWords.map { "; \($0)" } ?? ""),
            "run again to try on: what is done stays done")
    }

    private func failure(_ message: String, _ wayOut: String) -> FileError {
        FileError(file: plan, message: "\(stage.rawValue): \(message)", wayOut: wayOut)
    }
}
