import ArgumentParser
import AuditPlan
import CommandLineSupport
import FileReading
import Foundation
import Sharding
import TextForms
import ToolOptions

struct Work: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make the part of one shard of a stage; does nothing where it is there already.",
        discussion: """
            Without --shard the engine says which: SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX or AWS_BATCH_JOB_ARRAY_INDEX. A part \
            appears as a whole or not at all, so that a task may be killed, started again, or started twice.
            Exit status: 0 the part is there, 2 something is wrong and stays so, 75 try again.
            """)

    @OptionGroup var input: PlanArgument

    @Option("The stage whose images the shard has.")
    var stage: ShardedChoice

    @Option("The shard, from 0: I or I/N.", otherwise: "what the engine tells its task")
    var shard: ShardPlace?

    @Option("The form of the result.")
    var format = OutputFormat.text

    @OptionGroup var torch: TorchOption
    @OptionGroup var common: CommonOptions
    @OptionGroup var idle: IdleSeedOption

    func run() throws {
        idle.say(common)
        let outcome: PlanShards.Outcome
        do {
            let path = try input.path(saying: common)
            try torch.check(in: path)
            outcome = try PlanShards.work(
                stage.stage, plan: path, shard: shard?.text,
                environment: ProcessInfo.processInfo.environment, common.session())
        } catch is CancellationError {
            throw TryAgain("interrupted; nothing was left half-written")
        } catch let error as PlanShards.MachineTrouble {
            throw TryAgain(error.description)
        } catch let error as any UserFacingError {
            // What could not be read this time says nothing of the plan or the dataset.
            guard (try? MachineFaults.checkBeforeKeeping()) == nil else { throw error }
            throw TryAgain(error.description)
        }
        guard format == .text else {
            var json = JSONWriter()
            json.object { json in
                json.member("part", outcome.path)
                json.member("stage", stage.rawValue)
                json.member("shard", outcome.shard.index)
                json.member("shards", outcome.shard.count)
                json.member("images", outcome.images)
                json.member("was_there", outcome.wasThere)
            }
            json.endLine()
            return Tool.output(json: json.text, .part, hasEnvelope: format == .jsonV2)
        }
        common.note(
            """
            \(stage.rawValue): shard \(outcome.shard.index) of \(Counted.number(outcome.shard.count)), \
            \(Counted.text(outcome.images, "image"))\(outcome.wasThere ? ": was there already" : "")
            """)
    }
}
