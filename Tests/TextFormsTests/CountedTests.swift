import Testing
import TextForms

@Suite struct CountedTests {
    @Test(arguments: [
        (1, "image", "1 image"), (0, "image", "0 images"), (2, "box", "2 boxes"), (1, "box", "1 box"),
        (3, "class", "3 classes"), (2, "entry", "2 entries"), (2, "key", "2 keys"),
        (12_345, "label row", "12,345 label rows"),
        (2, "epoch", "2 epochs"), (-1_234_567, "step", "-1,234,567 steps"), (9_999, "batch", "9999 batches"),
    ])
    func countsHaveTheRightForm(count: Int, noun: String, text: String) {
        #expect(Counted.text(count, noun) == text)
    }

    @Test func anIrregularPluralIsGiven() { #expect(Counted.text(2, "axis", plural: "axes") == "2 axes") }

    @Test(arguments: [
        ("plain/a.yaml", "plain/a.yaml"), ("a b", "'a b'"), ("", "''"), ("it's", "'it'\\''s'"), ("$(x)", "'$(x)'"),
    ])
    func wordsAreQuotedForAShell(word: String, quoted: String) { #expect(ShellWord.quoted(word) == quoted) }
}
