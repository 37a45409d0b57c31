import Clusters
import Testing
import ToolOptions

@Suite struct SlurmTextTests {
    @Test(arguments: [
        ("12\n", 12, nil), ("12;north\n", 12, "north"), ("sbatch: note\n7\n", 7, nil),
        ("4294967295", 4_294_967_295, nil),
    ])
    func aJobIsKnownByWhatSbatchPrints(text: String, number: Int, cluster: String?) {
        let id = SlurmID(text)
        #expect(id?.number == number && id?.cluster == cluster)
        #expect(id.map { SlurmID($0.text) } == id)
    }

    @Test(arguments: [
        "", "\n", "0", "-3", "12;a;b", "12;a b", "Submitted batch job 12", "99999999999", "12;$(x)", "1.5",
    ])
    func whatIsNoJobIsNone(text: String) { #expect(SlurmID(text) == nil) }

    @Test func aRecordReadsBack() throws {
        let text = "job 12;north\nend 13;north\nmark 1f\n"
        let record = try #require(SlurmRecord(text))
        #expect(record.text == text && record.job.number == 12 && record.end?.cluster == "north")
        #expect(SlurmRecord("job 12\nend none\nmark 1f\n")?.end == nil)
        for damaged in [
            "", "job 12", "job 12\nend 13\nmark ../x\n", "job x\nend 13\nmark 1\n", text + "more 1\n",
            "a b\nc d\ne f\n",
        ] {
            #expect(SlurmRecord(damaged) == nil, "\(damaged)")
        }
    }

    @Test(arguments: [
        (1, "00:00:01"), (0.2, "00:00:01"), (90, "00:01:30"), (7200, "02:00:00"), (86_399.5, "1-00:00:00"),
        (200_000, "2-07:33:20"),
    ])
    func aTimeIsWrittenAsSlurmReadsIt(seconds: Double, text: String) {
        #expect(SlurmScript.text(seconds: seconds) == text)
    }

    @Test(arguments: [
        ("--account=vision,--exclusive", ""), ("-A vision", "long option"), ("--array=0-3", "cluster.shards"),
        ("--mem=4G", "cluster.memory"), ("--wrap=x", "leave it out"), ("--", "long option"), ("--a b=c", "long option"),
    ])
    func optionsOfSbatchAreThoseThatAreNotGivenAlready(text: String, says: String) throws {
        guard !says.isEmpty else {
            #expect(try SubmissionOptions(setting: text).texts.count == 2)
            return
        }
        let error = #expect(throws: SettingError.self) { try SubmissionOptions(setting: text) }
        #expect(error?.description.contains(says) == true, "\(error?.description ?? "")")
    }
}
