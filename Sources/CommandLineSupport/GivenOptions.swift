import ArgumentParser
import AuditPlan
import FileReading
import ToolOptions

/// The options that a person has written, as opposed to those that a plan or a default gives.
public struct GivenOptions {
    /// As they were written, with their dashes.
    private let names: [String]

    /// Reads the process's own arguments, as far as they are this command's.
    public init(of command: (some ParsableCommand).Type) {
        names = Tool.arguments(of: command).prefix { $0 != "--" }.filter { $0.hasPrefix("-") && $0 != "-" }.map {
            String($0.prefix { $0 != "=" })
        }
    }

    /// Whether an option was written, by its long name without dashes.
    public func includes(_ option: String) -> Bool { names.contains("--" + option) }

    /// Refuses options that would have no effect.
    ///
    /// - Parameters:
    ///   - options: long names, without dashes.
    ///   - reason: what follows “has no effect”, with a way out.
    public func refuse(_ options: [String], _ reason: String) throws {
        for option in options where names.contains("--" + option) {
            throw ValidationError("--\(option) has no effect \(reason)")
        }
    }

    /// Refuses two spellings of one setting at once, of which one would have no effect.
    public func allowOne(of options: [String]) throws {
        let given = options.filter { names.contains("--" + $0) }
        if given.count > 1 { throw ValidationError("give --\(given[0]) or --\(given[1]), not both") }
    }

    /// Refuses all options but some.
    public func allow(only options: [String], _ reason: String) throws {
        let known = ["--jobs", "--memory", "--quiet", "-q", "--seed"] + options.map { "--" + $0 }
        if let idle = names.first(where: { !known.contains($0) }) {
            throw ValidationError("\(idle) has no effect \(reason)")
        }
    }
}

/// A command whose options a plan can give: its settings are the plan's block, overridden by the command line.
public protocol PlanCommand: ParsableCommand {
    /// The stage whose block the options are.
    static var stage: StageName { get }
    /// The keys of the settings that the command has; nil for all of the stage's.
    static var keys: Set<String>? { get }
}

extension PlanCommand {
    public static var keys: Set<String>? { nil }

    /// This command as it would be had the plan's settings been written before its own arguments.
    public static func merged(with plan: PlanFile) throws -> Self {
        do {
            return try parse(plan.settings.arguments(of: stage, only: keys) + Tool.arguments(of: Self.self))
        } catch let error as FileError { throw error } catch { throw ValidationError(message(for: error)) }
    }
}

extension PlanCommand {
    /// The command with the settings of its input, where that is a plan.
    public func merged(with input: AuditInput) throws -> Self {
        guard case .plan(let path) = input else { return self }
        return try Self.merged(with: try PlanFile.load(path))
    }
}
