import TextForms

/// Text and numbers in JSON, one by one; `JSONWriter` writes whole documents.
public enum JSONText {
    /// `text` as a JSON string, quotes included.
    public static func quoted(_ text: String) -> String { QuotedText.json(text) }

    /// A number that reads back exactly; null where it is not finite.
    public static func number(_ value: Double) -> String { value.isFinite ? ExactNumber.text(value) : "null" }
}
