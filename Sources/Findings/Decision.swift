/// What a suspicion accuses a label, a place or an image of.
public enum SuspicionKind: String, Word {
    /// An object without a label.
    case missing
    /// A label without an object.
    case spurious
    /// The object is elsewhere, or larger or smaller.
    case shifted
    /// The object is of another class.
    case wrongClass = "class"
    /// The object has another label of the class already.
    case duplicate
    /// No anchor matches it: it cannot be learned as it stands.
    case untrainable
    /// The image is damaged, or most of its labels fit nothing in it.
    case image
    /// Nothing is suspected: the image is looked at to learn what else is wrong.
    case check
}

/// What a person decided about a suspicion.
public enum Decision: String, Word {
    /// It is right: the label is changed as suggested, or as the person drew it.
    case accept
    /// It is wrong: the label stays.
    case reject
    /// To be looked at again.
    case unsure
}
