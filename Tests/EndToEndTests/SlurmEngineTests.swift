import Foundation
import TestSupport
import Testing

/// `assay run` and Slurm's programs, of which these are stand-ins that do what they are told at once: what is submitted, what is
/// asked, and what is left. `scripts/cluster` runs the same against a real Slurm.
@Suite struct SlurmEngineTests {
    /// Stand-ins for Slurm's programs: each notes how it was called. An array runs while it is submitted, unless there is a file
    /// `hold`; the script is kept then.
    private func prepared(maximum: Int = 1001) throws -> ClusterPlace {
        var place = try ClusterPlace()
        let programs = [
            "sbatch": """
            id=$(($(ls jobs | wc -l) + 11)); : >jobs/$id
            for word; do
                case $word in
                    --array=0-*) last=${word#--array=0-}; last=${last%%%*} ;;
                    --output=*) log=${word#--output=} ;;
                    --wrap=*) wrap=${word#--wrap=} ;;
                esac
            done
            if [ -e hold ]; then
                if [ -z "$wrap" ]; then cp "$word" held; fi
            elif [ -n "$wrap" ]; then sh -c "$wrap"
            else
                for task in $(seq 0 $last); do
                    SLURM_ARRAY_TASK_ID=$task sh "$word" >"${log%\\%a.log}$task.log" 2>&1
                done
            fi
            echo $id
            """,
            "squeue": "if [ -e hold ]; then echo 'PENDING Resources'; fi",
            "scancel": "",
            "scontrol": "echo 'MaxArraySize            = \(maximum)'",
        ]
        try FileManager.default.createDirectory(
            atPath: place.path + "/jobs", withIntermediateDirectories: true)
        for (name, text) in programs {
            try place.place.folder.write(
                "#!/bin/sh\ncd \(place.path)\necho \"\(name) $*\" >>calls\n\(text)\n", to: "bin/\(name)")
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o755], ofItemAtPath: place.path + "/bin/\(name)")
        }
        place.environment["PATH"] = place.path + "/bin:/usr/bin:/bin"
        return place
    }

    /// How Slurm's programs were called: the name and all options.
    private func calls(_ place: ClusterPlace, _ name: String) -> [String] {
        place.lines("calls").filter { $0.hasPrefix(name + " ") }
    }

    /// The numbers of jobs that were ended, a call each: only by the name under which they were submitted, so that a number
    /// in a file of somebody else's ends no other job.
    private func ended(_ place: ClusterPlace) -> [String] {
        let names = calls(place, "sbatch").compactMap { call in
            call.split(separator: " ").first { $0.hasPrefix("--job-name=") }?.dropFirst("--job-name=".count)
        }
        return calls(place, "scancel").map { call in
            let words = call.split(separator: " ").dropFirst()
            let isNamed = names.contains { words.first == "--name=\($0)" }
            return isNamed ? words.dropFirst().joined(separator: " ") : call
        }
    }

    @Test func theSameBytesByAnArray() throws {
        let place = try prepared()
        try place.makePlan(
            "engine: slurm", "shards: 5", "workers: 2", "cpus: 3", "time: 90m", "memory: 8", "partition: 'day,night'",
            "options: [--account=vision, --constraint=a&b]")
        let outcome = try place.runsAsOneMachine()
        #expect(outcome.errors.contains("labels: 5 shards as Slurm's job 11\n"), "\(outcome.errors)")
        let submitted = calls(place, "sbatch")
        #expect(submitted.count == 4)
        for option in [
            "--array=0-4%2", "--cpus-per-task=3", "--time=01:30:00", "--mem=8G", "--partition=day,night",
            "--account=vision --constraint=a&b", "--chdir=\(place.path)",
        ] { #expect(submitted[0].contains(" \(option) "), "\(option): \(submitted[0])") }
        #expect(submitted[0].contains(" --job-name=assay-labels-"))
        #expect(submitted[1].contains("--dependency=afterany:11") && submitted[1].contains("--account=vision"))
        // Nothing of it is left, and nothing runs again.
        let left = try FileManager.default.subpathsOfDirectory(atPath: try place.parts() + "/slurm")
        #expect(left == ["logs"], "\(left)")
        try place.run("run", "plan.yaml", status: 1)
        #expect(calls(place, "sbatch").count == 4)
    }

    @Test func aTaskWorksOnSeveralShardsWhereThereAreTooMany() throws {
        let place = try prepared(maximum: 3)
        try place.makePlan("engine: slurm", "shards: 7")
        let outcome = try place.runsAsOneMachine()
        #expect(outcome.errors.contains("7 shards as Slurm's job 11 of 3 tasks"), "\(outcome.errors)")
        #expect(calls(place, "sbatch")[0].contains("--array=0-2 "))
    }

    /// The worker of shard 1 fails at its first try.
    @Test func onlyWhatIsMissingIsSubmittedAgain() throws {
        let place = try prepared()
        let assay = Executables.folder.appendingPathComponent("assay").path
        try place.place.folder.write(
            "#!/bin/sh\ncase $* in *' 1/4') [ -e failed ] || { : >failed; echo no memory >&2; exit 75; } ;; esac\n"
                + "exec \(assay) \"$@\"\n", to: "bin/flaky")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: place.path + "/bin/flaky")
        try place.makePlan("engine: slurm", "shards: 4", "program: flaky")
        let outcome = try place.run("run", "plan.yaml", "--only", "labels", status: 1)
        #expect(outcome.errors.contains("shard 1, status 75: no memory"), "\(outcome.errors)")
        #expect(outcome.errors.contains("labels: again, 1 shard as Slurm's job 13"), "\(outcome.errors)")
        let submitted = calls(place, "sbatch")
        #expect(submitted[0].contains("--array=0-3 ") && submitted[2].contains("--array=0-0 "))
    }

    @Test func whatSlurmOrAWorkerRefusesIsOneLine() throws {
        var place = try prepared()
        func line(_ says: String...) throws {
            let outcome = try place.run("run", "plan.yaml", status: 2)
            let errors = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("error: ") }
            #expect(errors.count == 1 && says.allSatisfy(errors[0].contains), "\(outcome.errors)")
            #expect(!place.place.text("plan.yaml").contains("results:"))
        }
        try place.makePlan("engine: slurm", "shards: 3", "program: strange")
        try place.place.folder.write("#!/bin/sh\necho error: of another build >&2; exit 2\n", to: "bin/strange")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: place.path + "/bin/strange")
        try line("labels: shard", "of another build", "run again")
        #expect(ended(place) == ["11 12"])
        try place.makePlan("engine: slurm", "shards: 3")
        try place.place.folder.write(
            "#!/bin/sh\necho 'sbatch: error: Batch job submission failed: Invalid partition' >&2; exit 1\n",
            to: "bin/sbatch")
        try line("sbatch refuses the job: Batch job submission failed: Invalid partition", "partition")
        place.environment["PATH"] = "/nonexistent"
        try line("there is no sbatch here", "module")
    }

    /// Ctrl-C ends the job; the end of the terminal does not, and the next run follows the job on.
    @Test func aJobOutlivesItsTerminalAndNotCtrlC() throws {
        let place = try prepared()
        try place.makePlan("engine: slurm", "shards: 3")
        try place.place.folder.write("", to: "hold")
        func interrupted(_ signal: Int32) throws -> String {
            let process = try place.start("run", "plan.yaml")
            func isThere() -> Bool {
                guard signal != SIGKILL else { return place.place.text("errors").contains("under way") }
                // The record is written after the array was submitted.
                let names = try? FileManager.default.subpathsOfDirectory(atPath: place.path)
                return names?.contains { $0.hasSuffix("slurm/job") } ?? false
            }
            while !isThere() { usleep(10_000) }
            kill(process.processIdentifier, signal)
            process.waitUntilExit()
            #expect(process.terminationStatus == (signal == SIGKILL ? SIGKILL : 2))
            return place.place.text("errors")
        }
        let stopped = try interrupted(SIGINT)
        #expect(stopped.contains("interrupted") && ended(place) == ["11 12"], "\(stopped)")
        #expect(try interrupted(SIGHUP).contains("Slurm's job 13 goes on"))
        #expect(try interrupted(SIGKILL).contains("Slurm's job 13 is under way since an earlier run"))
        #expect(calls(place, "sbatch").count == 4 && calls(place, "scancel").count == 1)
        // The job runs, and leaves its mark.
        for task in 0..<3 {
            let outcome = try Executables.run(
                "/bin/sh", [place.path + "/held"], in: place.path, environment: ["SLURM_ARRAY_TASK_ID": "\(task)"])
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
        try FileManager.default.removeItem(atPath: place.path + "/hold")
        let outcome = try place.runsAsOneMachine()
        #expect(!outcome.errors.contains("labels: 3 shards as"), "\(outcome.errors)")
    }
}
