import CommandLineSupport
import Testing

@Suite struct ProgressTextTests {
    @Test(arguments: [
        (0, 0.0, "t: 0 of 292 images, 0 s"), (1, 0.1, "t: 1 of 292 images, 0 s"),
        (0, 90, "t: 0 of 292 images, 1 min 30 s"),
        (146, 31, "t: 146 of 292 images, 31 s, about 31 s left"),
        (292, 61, "t: 292 of 292 images, 1 min 1 s, finishing"),
    ])
    func nothingIsForetoldTooEarly(done: Int, seconds: Double, text: String) {
        #expect(ProgressText.line("t", unit: "image", done: done, of: 292, seconds: seconds) == text)
    }

    @Test func oneIsOne() {
        #expect(ProgressText.line("t", unit: "epoch", done: 1, of: 1, seconds: 5) == "t: 1 of 1 epoch, 5 s, finishing")
    }

    @Test(arguments: [
        (0, "0 s"), (59.4, "59 s"), (60, "1 min"), (200, "3 min 20 s"), (1_234, "20 min"), (4_320, "1 h 12 min"),
        (86_400, "1 day"), (200_000, "2 days 7 h"), (.infinity, "0 s"), (-5, "0 s"),
        (1e300, "106,751,991,167,300 days 15 h"),
    ])
    func durationsAreThoseOfPeople(seconds: Double, text: String) { #expect(ProgressText.duration(seconds) == text) }
}
