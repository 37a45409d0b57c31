import TextForms

/// Every rule, in the order of the codes. A test checks that each file in `Rules/` is here.
public enum RuleRegistry {
    /// The rules themselves. They hold no state: one of each serves all threads.
    public static let all: [any LabelRule] = [
        ClassBeyondCount(), ClassNotWhole(), BoxOutside(), PixelCoordinates(), NoArea(), DuplicateRow(),
        NearDuplicateBox(), OneBoxTwoClasses(), TinyBox(), WholeImageBox(), ExtremeAspect(), CornersForCentre(),
        BoxWhollyOutside(), PolygonDegenerate(), ClassesShifted(),
        KeypointOutside(), VisibilityFlag(), CornersNoRectangle(), CornersOutOfOrder(),
        YAMLUnreadable(), ClassCountDiffers(), DuplicateName(), SplitMissing(), ImageInTwoSplits(),
        NearDuplicateAcrossSplits(), ClassWithoutBox(),
        ClassOnlyInValidation(), ClassImbalance(), DuplicateKey(), MisspeltKey(), NameReadAsValue(),
        SameImageOtherLabels(), SiblingsAcrossSplits(), LabelsElsewhere(), StaleTrainerFiles(), ClassesReordered(),
        SidesSwapped(), BoxesAmongOutlines(),
        EmptyFile(), NotUTF8(), NotANumber(), ColumnCount(), NotFinite(), MixedRows(), WrongSeparator(),
        ConfidenceColumn(), LineEnds(), LongRow(), BlankRows(), RefusedByTrainer(),
        ImageUnreadable(), ImageDamaged(), SuffixAndContent(), TurnedByEXIF(), TinyImage(), UnusualPixels(),
        BlankImage(), DuplicateImage(), NearDuplicateImage(), HugeImage(), DrawnBeforeTurning(),
        FormatLeftOut(),
        NoLabel(), NoImage(), SharedLabel(), NoImagesFolder(), UnknownSuffix(), LabelUnreadable(), NamesDifferInCase(),
    ]

    /// The rules by what they look at, so that a hundred thousand files do not ask rules that have nothing to say.
    static let ofLabelFiles = all.filter { "BF".contains(type(of: $0).documentation.code.prefix(1)) }
    static let ofImages = all.filter { "I".contains(type(of: $0).documentation.code.prefix(1)) }

    /// The documentation of every rule, in order.
    public static var documentation: [RuleDocumentation] { all.map { type(of: $0).documentation } }

    /// The limits that a person may set, in the order of the codes; each says which rules it belongs to.
    public static let thresholds: [RuleThreshold] = {
        var gathered: [RuleThreshold] = []
        for rule in all {
            for threshold in type(of: rule).thresholds {
                let place = gathered.firstIndex { $0.name == threshold.name } ?? gathered.endIndex
                if place == gathered.endIndex { gathered.append(threshold) }
                gathered[place].codes.append(type(of: rule).documentation.code)
            }
        }
        return gathered
    }()

    /// What each finding means for the dataset as a whole when most label files have it, by code.
    static let systematicMeanings = Dictionary(
        uniqueKeysWithValues: documentation.compactMap { rule in rule.systematic.map { (rule.code, $0) } })

    /// The rule of that code, whatever its case.
    public static func documentation(of code: String) -> RuleDocumentation? {
        documentation.first { $0.code == code.uppercased() }
    }

    /// docs/rules.md.
    public static var page: String {
        """
        # Rules of the label check

        Generated from the rules themselves (`assay-labels explain --all`). An *error* is dropped or mislearned by
        training, a *warning* is probably wrong, a *note* is worth knowing.


        """ + documentation.map(\.page).joined(separator: "\n")
    }
}

extension RuleRegistry {
    /// The documentation of rules as a JSON array.
    public static func json(_ rules: [RuleDocumentation]) -> String {
        var json = JSONWriter()
        json.array(.lines) { json in for rule in rules { json.value(rule) } }
        json.endLine()
        return json.text
    }
}

extension RuleDocumentation: JSONWritable {
    /// An object without the examples.
    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("code", code)
            json.member("name", name)
            json.member("severity", severity.rawValue)
            json.member("what", what)
            json.member("why", why)
            json.member("fix", fix)
        }
    }
}
