import FileReading
import ProbeTraining
import TestSupport
import Testing
import YOLOModel

@Suite struct CourseTests {
    private func course(_ losses: [Double], epochs: Int = 40) -> TrainingCourse {
        var course = TrainingCourse(epochs: epochs)
        var traces: [LossTrace] = []
        for (look, loss) in losses.enumerated() {
            traces.append(LossTrace(epoch: (look + 1) * epochs / 8 - 1, losses: [loss, nil, loss]))
            course.look(at: traces)
        }
        return course
    }

    @Test func whatStillFallsGoesOn() {
        let falling = course([8, 6, 5, 4, 3, 2, 1.5, 1.2])
        #expect(!falling.hasConverged && falling.epochs == 40)
        // Too early to tell, whatever the losses say.
        #expect(course([5, 5, 5]).epochs == 40)
    }

    @Test func whatNoLongerFallsEndsInAShortRestOfTheSchedule() {
        let flat = course([8, 5, 5, 5.1])
        #expect(flat.turn == 20 && flat.hasConverged && flat.epochs == 27)
        // Later losses change nothing any more.
        #expect(course([8, 5, 5, 5.1, 1, 0.5]) == flat)
        // A turn shortly before the end leaves the training as it is.
        #expect(!course([8, 6, 5, 4, 3, 2, 2, 2]).hasConverged)
        // Losses that are no numbers gain nothing.
        #expect(course([8, .infinity, .infinity, .infinity]).hasConverged)
    }

    @Test func theScheduleRunsToItsEnd() {
        let flat = course([8, 5, 5, 5.1])
        let way = (0...flat.epochs).map { flat.progress($0) }
        #expect(zip(way, way.dropFirst()).allSatisfy { $0 < $1 } && way[20] == 0.5 && way[27] == 1)
        var options = TrainingOptions()
        options.epochs = 40
        let schedule = RateSchedule(options: options, stepsPerEpoch: 10)
        let rates = (0..<270).map { schedule.rates(step: $0, course: flat).weights }
        #expect(rates[199] == schedule.rates(step: 199).weights)
        #expect(rates[269] < 0.1 * rates[199])
        #expect(TrainingCourse(epochs: 40).progress(30) == 0.75)
    }

    @Test func aFolderSaysHowFarItsModelsWereTrained() throws {
        let folder = try TemporaryFolder()
        #expect(ProbeFolder.training(in: folder.path) == nil)
        let training = JudgeTraining(steps: 24, leastSteps: 100, epochs: 2, hasConverged: true)
        let quality = JudgeQuality(ap50: 0.25, predictions: 1.5, labels: 2, found: 0.5)
        let bytes = ProbeFolder.qualityTable(
            [LossTrace(epoch: 0, losses: []), LossTrace(epoch: 1, losses: [])], [nil, quality], training)
        try folder.write(bytes, to: "quality.csv")
        #expect(ProbeFolder.training(in: folder.path) == training)
        #expect(String(decoding: bytes, as: UTF8.self).hasSuffix("1,12,100,0,,,,\n2,24,100,1,0.25,1.5,2,0.5\n"))
        for damaged in [
            "", "epoch\n", "a,b,c,d\n1,2\n", "h\n1,-2,3,0\n", "h\n1,99999999999999999999,3,0\n", "h\n1,2,x,0\n",
        ] {
            try folder.write(damaged, to: "quality.csv")
            #expect(ProbeFolder.training(in: folder.path) == nil, "\(damaged)")
        }
    }
}
