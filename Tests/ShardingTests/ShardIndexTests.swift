import FileReading
import Sharding
import Testing

@Suite struct ShardIndexTests {
    /// Every image is in one shard, in order, and no shard has two more than another.
    @Test(arguments: [0, 1, 2, 63, 64, 65, 1_000_003], [1, 2, 7, 64, 1000])
    func shardsHaveEveryImageOnce(images: Int, count: Int) throws {
        var next = 0
        var sizes: Set<Int> = []
        for index in 0..<count {
            let range = try #require(ShardIndex(index, of: count)).range(of: images)
            #expect(range.lowerBound == next)
            next = range.upperBound
            sizes.insert(range.count)
        }
        #expect(next == images)
        #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
    }

    @Test func thereIsNoShardBeyondTheLast() {
        for (index, count) in [(-1, 4), (4, 4), (0, 0), (0, -1), (0, ShardIndex.most + 1), (.max, 4)] {
            #expect(ShardIndex(index, of: count) == nil)
        }
    }

    private func chosen(_ text: String?, _ environment: [String: String] = [:]) throws -> Int {
        try ShardIndex.chosen(text, of: 8, environment: environment).index
    }

    @Test func theCommandLineGoesBeforeTheEngine() throws {
        #expect(try chosen("3") == 3)
        #expect(try chosen("3/8", ["SLURM_ARRAY_TASK_ID": "5"]) == 3)
        for variable in ShardIndex.variables { #expect(try chosen(nil, [variable.name: "5", "PATH": "/"]) == 5) }
    }

    @Test(arguments: [
        ("8", "from 0 to 7"), ("-1", "from 0 to 7"), ("3/9", "--shards 9"), ("", "names no shard"),
        ("3/", "names no shard"), ("1/2/3", "names no shard"), ("x/8", "names no shard"),
        ("99999999999999999999", "names"),
    ])
    func whatIsNoShardIsRefused(text: String, says: String) {
        let error = #expect(throws: FileError.self) { try chosen(text) }
        #expect(error?.description.contains(says) == true && error?.description.contains("\n") == false)
    }

    @Test func anEngineThatIsWrongIsNamed() {
        let error = #expect(throws: FileError.self) { try chosen(nil, ["JOB_COMPLETION_INDEX": "12"]) }
        #expect(error?.file == "JOB_COMPLETION_INDEX")
        let none = #expect(throws: FileError.self) { try chosen(nil) }
        for variable in ShardIndex.variables { #expect(none?.wayOut.contains(variable.name) == true) }
    }
}
