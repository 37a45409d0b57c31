import FileReading
import TextForms
import ToolOptions

/// What Slurm is given: a script for the tasks of an array, and the options of sbatch.
package struct SlurmScript {
    private let task: WorkerTask
    private let files: SlurmFiles
    private let tasks: Int

    init(_ task: WorkerTask, _ files: SlurmFiles, tasks: Int) {
        (self.task, self.files, self.tasks) = (task, files, tasks)
    }

    /// A task works on every so many-th shard of the list: an array has fewer tasks than there may be shards.
    var text: String {
        let work = task.arguments.map(ShellWord.quoted).joined(separator: " ")
        return """
            #!/bin/sh
            # A task of an array: it works on every \(tasks)th shard of a list, from the one of its own number on.
            number=0 end=0
            while read -r shard; do
                if [ $((number % \(tasks))) -eq "$SLURM_ARRAY_TASK_ID" ]; then
                    if said=$(\(work) --shard "$shard/\(task.shards)" 2>&1 </dev/null); then status=0; else status=$?; fi
                    if [ $status -ne 0 ]; then
                        end=$status
                        printf 'shard %s, status %s: %s\\n' "$shard" $status "$said" >&2
                    fi
                    # Another try would say the same.
                    if [ $status -eq 2 ]; then
                        printf 'shard %s: %s\\n' "$shard" "$said" >\(ShellWord.quoted(files.refused))
                        exit 2
                    fi
                fi
                number=$((number + 1))
            done <\(ShellWord.quoted(files.list))
            exit $end

            """
    }

    /// Options of sbatch for the array.
    func array(_ tasks: Int) -> [String] {
        let options = task.options
        var arguments = ["--parsable", "--job-name=\(name)", "--nodes=1", "--ntasks=1"]
        arguments.append("--array=0-\(tasks - 1)\(options.workers.map { "%\($0.value)" } ?? "")")
        arguments.append("--cpus-per-task=\(options.cpus.value)")
        if let time = options.time { arguments.append("--time=\(Self.text(seconds: time.seconds))") }
        if let memory = options.memory { arguments.append("--mem=\(memory.value)G") }
        // In the name of a file, a percent sign begins a word of Slurm's.
        arguments.append("--output=\(files.logs.replacing("%", with: "%%"))/\(files.mark)-%a.log")
        return arguments + shared
    }

    /// Options of sbatch for the job that leaves a mark when the array has ended, however that was.
    func end(of job: SlurmID) -> [String] {
        var arguments = [
            "--parsable", "--job-name=\(name)", "--nodes=1", "--ntasks=1", "--time=00:05:00",
            "--dependency=afterany:\(job.number)", "--output=/dev/null",
        ]
        if task.options.memory != nil { arguments.append("--mem=100M") }
        return arguments + shared + ["--wrap=: >\(ShellWord.quoted(files.ended))"]
    }

    private var name: String { SlurmScript.name(task, mark: files.mark) }

    /// The name of both jobs of a submission: nobody else's job has it, whatever number stands in a file.
    static func name(_ task: WorkerTask, mark: String) -> String { "assay-\(task.stage.rawValue)-\(mark)" }

    private var shared: [String] {
        let partition = task.options.partition.map { ["--partition=\($0)"] } ?? []
        return ["--chdir=\(Paths.directory(of: task.plan))"] + partition + task.options.options.texts
    }

    /// `HH:MM:SS`, with days before it where there are some.
    package static func text(seconds: Double) -> String {
        let whole = max(1, Int(clamping: seconds.rounded(.up)))
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let clock = [whole % 86_400 / 3_600, whole % 3_600 / 60, whole % 60].map(two).joined(separator: ":")
        return whole < 86_400 ? clock : "\(whole / 86_400)-\(clock)"
    }
}
