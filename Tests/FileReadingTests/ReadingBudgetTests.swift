import FileReading
import Testing

@Suite struct ReadingBudgetTests {
    private func message(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test func memoryGrowsWithTheFileAndThenEnds() throws {
        let budget = ReadingBudget(file: "a.pt", size: 1_000, wayOut: "save it again")
        try budget.make(bytes: ReadingBudget.leastBytes)
        try budget.make(bytes: 16_000)
        #expect(message { try budget.make(bytes: 1) } == "a.pt: asks for more than 64 MB of memory; save it again")
        // Once spent, nothing is left for smaller wishes.
        #expect(message { try budget.make(bytes: 0) } == nil)
        #expect(message { try budget.make(bytes: 1) } != nil)
    }

    @Test func aPersonRaisesTheCap() throws {
        let small = ReadingBudget(file: "a.pt", size: 1 << 30, limit: 1 << 20)
        #expect(message { try small.make(bytes: 2 << 20) }?.contains("allow more with --memory") == true)
        let large = ReadingBudget(file: "a.pt", size: 1 << 30, limit: 1 << 40)
        try large.make(bytes: 2 << 30)
    }

    @Test(arguments: [nil, -1, Int.max]) func whatCannotBeCountedIsRefused(_ bytes: Int?) {
        let budget = ReadingBudget(file: "a.pt", size: 1)
        #expect(throws: FileError.self) { try budget.make(bytes: bytes) }
    }

    @Test func visitsTextsAndNestingEnd() throws {
        let budget = ReadingBudget(file: "a.pt", size: 10)
        try budget.visit(1 << 20)
        #expect(message { try budget.visit(41) }?.contains("repeats itself") == true)
        try budget.join(1 << 20)
        #expect(message { try budget.join(41) }?.contains("puts texts together") == true)
        try budget.nest(ReadingBudget.deepestNesting)
        #expect(message { try budget.nest(ReadingBudget.deepestNesting + 1) }?.contains("levels deep") == true)
        #expect(throws: Never.self) { try ReadingBudget(file: "huge", size: .max).visit(.max) }
    }

    @Test(arguments: [(512, "512 bytes"), (64 << 20, "64 MB"), (3 << 29, "1.5 GB"), (5 << 40, "5 TB")])
    func bytesAreSaidAsPeopleSayThem(_ bytes: Int, _ text: String) { #expect(MemoryLimit.text(bytes) == text) }

    @Test(arguments: [
        ("{\"a\": [1, 2, {\"b\": null}]}", true), ("\"[[[[\\\"[\"", true), ("", true),
        (String(repeating: "[", count: 201), false), (String(repeating: "{\"a\":", count: 201), false),
        ("[" + String(repeating: "0,", count: 1 << 19) + "0]", false),
    ])
    func jsonIsLookedOverFirst(_ text: String, _ isFine: Bool) {
        let bytes = Array(text.utf8)
        let problem = message { try JSONShape.check(bytes, ReadingBudget(file: "a.json", size: bytes.count)) }
        #expect((problem == nil) == isFine, "\(problem ?? "")")
    }
}
