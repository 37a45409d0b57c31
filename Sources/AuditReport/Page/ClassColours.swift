/// Colours for classes and folds that are told apart on photographs.
enum ClassColours {
    static let all = [
        "#34c3ff", "#ffd166", "#8ce99a", "#f783ff", "#ff9f5a", "#b197fc", "#63e6be", "#ffa8c5", "#d0f05a", "#74a9ff",
    ]

    /// Any whole number has one: they come round again.
    static func colour(_ id: Int) -> String { all[((id % all.count) + all.count) % all.count] }
}
