import Clusters
import Testing
import ToolOptions

@Suite struct WorkerCommandTests {
    @Test(arguments: [
        ("{work} --shard {index}", "W --shard I"),
        ("parallel {work} --shard {} ::: {indices}", "parallel W --shard {} ::: INDICES"),
        ("xargs -a {file} ${HOME} {work}", "xargs -a FILE ${HOME} W"), ("{ {work}; }", ""),
        ("{plan}{stage}{index}{", "PSI{"),
        ("${work}{index}{work}", "${work}IW"),
    ])
    func wordsInBracesStandForSomething(text: String, filled: String) throws {
        guard !filled.isEmpty else {
            #expect(throws: SettingError.self) { try WorkerCommand(setting: text) }
            return
        }
        let values: [WorkerCommand.Word: String] = [
            .work: "W", .index: "I", .indices: "INDICES", .file: "FILE", .plan: "P", .stage: "S",
        ]
        #expect(try WorkerCommand(setting: text).filled { values[$0] ?? "?" } == filled)
    }

    @Test(arguments: [
        ("", "which shards"), ("{work}", "which shards"), ("{work} {index} {indices}", "do not go together"),
        ("{work} {indx}", "stands for nothing"), ("{index}", "which plan"), ("{plan} {index}", "which stage"),
        ("{work} {file} {worker}", "{worker}"),
    ])
    func whatSaysTooLittleIsRefused(text: String, says: String) {
        let error = #expect(throws: SettingError.self) { try WorkerCommand(setting: text) }
        #expect(error?.description.contains(says) == true, "\(error?.description ?? "")")
    }
}
