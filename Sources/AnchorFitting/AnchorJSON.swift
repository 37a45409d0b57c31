import TextForms

extension AnchorWriter {
    /// The stable JSON form: anchors, metrics and verdict.
    public static func json(_ comparison: AnchorComparison) -> String {
        let settings = comparison.settings
        var json = JSONWriter()
        json.object(.lines) { json in
            json.member("anchors", comparison.anchors)
            json.member("current", comparison.current)
            json.object("metrics", .lines) { json in
                json.member("current", comparison.currentMetrics)
                json.member("new", comparison.newMetrics)
            }
            json.member("held_out", comparison.heldOut)
            json.member("fitness_bound", comparison.bound?.fitness)
            json.member("verdict", comparison.verdict.rawValue)
            json.member("image_size", [settings.input.width, settings.input.height])
            json.member("resize", settings.input.resize.rawValue)
            json.member("strides", settings.levels.strides)
            json.member("per_level", settings.levels.perLevel)
            json.object("levels", .lines) { json in
                json.member("current", comparison.currentDetail?.levels)
                json.member("new", comparison.newDetail.levels)
            }
            json.object("classes", .lines) { json in
                json.member("current", comparison.currentDetail?.classes)
                json.member("new", comparison.newDetail.classes)
            }
            json.member("sides_under_stride", comparison.sizes.underStride)
            json.member("boxes", comparison.boxCount)
            json.member("boxes_left_out", comparison.tooSmall)
            json.member("boxes_unreached", comparison.unreached.count)
            json.member("unreached", comparison.unreached)
        }
        json.endLine()
        return json.text
    }
}

extension AnchorSize: JSONWritable {
    /// `[w, h]` in pixels.
    public func write(to json: inout JSONWriter) { json.value([width, height]) }
}

extension AnchorMetrics: JSONWritable {
    /// The four figures by the names of the stable form.
    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("fitness", fitness)
            json.member("bpr", bestPossibleRecall)
            json.member("aat", anchorsAboveThreshold)
            json.member("mean_iou", meanIoU)
        }
    }
}

extension CrossValidation: JSONWritable {
    /// Folds, and fitness and recall of both sets of anchors.
    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("folds", folds)
            json.object("current") { json in
                json.member("fitness", currentFitness)
                json.member("bpr", currentRecall)
            }
            json.object("new") { json in
                json.member("fitness", newFitness)
                json.member("bpr", newRecall)
            }
        }
    }
}

extension AnchorDetail.Level: JSONWritable {
    /// The level's name, its anchors, and how many boxes it serves.
    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("level", name)
            json.member("anchors", anchors)
            json.member("best", best)
            json.member("learnable", learnable)
        }
    }
}

extension AnchorDetail.Class: JSONWritable {
    /// The class id, its boxes, recall and fitness.
    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("class", classID)
            json.member("boxes", boxes)
            json.member("bpr", bestPossibleRecall)
            json.member("fitness", fitness)
        }
    }
}

extension AnchorBoxes.Source: JSONWritable {
    /// Where the box stands, and its class id.
    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("label", label)
            json.member("line", line)
            json.member("class", classID)
        }
    }
}
