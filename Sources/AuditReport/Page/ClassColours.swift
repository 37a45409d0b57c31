/// Colours for classes, told apart with colour-blind eyes too: after Okabe and Ito, lightened for photographs.
enum ClassColours {
    static let all = [
        "#56b4e9", "#f5a623", "#19c796", "#f0e442", "#e78ac3", "#ff7f50", "#9aa8ff", "#c9c9c9", "#8fe05a", "#ffc6b3",
    ]

    /// Any whole number has one: they come round again.
    static func colour(_ id: Int) -> String { all[((id % all.count) + all.count) % all.count] }
}
