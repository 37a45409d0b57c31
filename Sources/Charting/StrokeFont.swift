/// Letters as strokes on a grid 4 wide and 6 high, the base line at 6, descenders to 8.
enum StrokeFont {
    /// Font size of the grid.
    static let height = 8.5

    private static let glyphs: [Character: String] = [
        "0": "10 30 41 45 36 16 05 01 10", "1": "11 20 26|16 36", "2": "01 10 30 41 42 06 46",
        "3": "01 10 30 41 42 33 13|33 44 45 36 16 05", "4": "36 30 04 44", "5": "40 00 02 32 43 45 36 06",
        "6": "40 20 02 05 16 36 45 44 33 03", "7": "00 40 26", "8": "13 02 01 10 30 41 42 33 13 04 05 16 36 45 44 33",
        "9": "43 13 02 01 10 30 41 44 26 06", ".": "15 16", ",": "16 07", "/": "46 00|", "%": "40 06|00 11|35 46",
        "-": "13 33", "+": "13 33|22 24", ":": "12 13|15 16", "(": "20 11 15 26", ")": "10 21 25 16",
        "a": "03 12 32 43 46|44 14 05 16 36 45", "b": "00 06|03 12 32 43 45 36 16 05", "c": "43 32 12 03 05 16 36 45",
        "d": "40 46|43 32 12 03 05 16 36 45", "e": "04 44 43 32 12 03 05 16 36 45", "f": "40 30 21 26|13 33",
        "g": "42 47 38 18 07|43 32 12 03 05 16 36 45", "h": "00 06|03 12 32 43 46", "i": "10 11|12 16",
        "j": "20 21|22 27 18", ";": "13 14|16 07", "?": "01 10 30 41 33 24|25 26", "k": "00 06|42 04 46",
        "l": "10 15 26", "m": "06 02|03 12 23 26|23 32 43 46",
        "n": "06 02|03 12 32 43 46", "o": "12 32 43 45 36 16 05 03 12", "p": "02 08|03 12 32 43 45 36 16 05",
        "q": "42 48|43 32 12 03 05 16 36 45", "r": "02 06|04 22 42", "s": "43 32 12 03 14 34 45 36 16 05",
        "t": "10 15 26 36|02 32", "u": "02 05 16 36 45|42 46", "v": "02 26 42", "w": "02 16 23 36 42",
        "x": "02 46|42 06",
        "y": "02 26|42 26 08", "z": "02 42 06 46", "A": "06 20 46|14 34", "B": "00 06 36 45 44 33 03|00 30 41 42 33",
        "P": "06 00 30 41 42 33 03", "R": "06 00 30 41 42 33 03|23 46", "T": "00 40|20 26", "I": "10 30|20 26|16 36",
        "U": "00 05 16 36 45 40", "×": "03 35|33 05",
    ]

    static func strokes(_ character: Character) -> [[Point]] {
        let known = glyphs[character] ?? character.lowercased().first.flatMap { glyphs[$0] } ?? ""
        return known.split(separator: "|").map { stroke in
            stroke.split(separator: " ").compactMap { point in
                let digits = point.compactMap(\.wholeNumberValue)
                return digits.count == 2 ? (x: Double(digits[0]), y: Double(digits[1])) : nil
            }
        }
    }

    static func advance(_ character: Character) -> Double {
        ".,:;i".contains(character) ? 3 : character == " " ? 3.4 : 5.6
    }

    static func width(of text: String) -> Double { text.reduce(0) { $0 + advance($1) } }
}
