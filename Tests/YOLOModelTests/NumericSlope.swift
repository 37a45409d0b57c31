import YOLOModel

extension ScoreSummedLoss {
    /// The derivative of the loss by one output, by central differences with the assignment standing still.
    func numericSlope(
        _ outputs: [[Float]], _ targets: [LossTarget], at place: (output: Int, index: Int), step: Float
    ) -> Double {
        func total(_ step: Float) -> Double {
            var moved = outputs
            moved[place.output][place.index] += step
            return evaluate(outputs: moved, targets: targets, assignedBy: outputs, wantsGradient: false).parts.total
        }
        return (total(step) - total(-step)) / Double(2 * step)
    }
}
