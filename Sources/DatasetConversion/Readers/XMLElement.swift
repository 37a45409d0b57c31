import FileReading
import Foundation

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// One element of an XML text with all below it.
struct XMLElement: Sendable {
    let name: String
    let attributes: [String: String]
    var children: [XMLElement] = []
    var text = ""

    func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }
    func first(_ name: String) -> XMLElement? { children.first { $0.name == name } }

    /// The text of a child, without blanks at its ends.
    func text(_ name: String) -> String? { first(name)?.text.trimmingCharacters(in: .whitespacesAndNewlines) }
    /// The finite number of a child.
    func number(_ name: String) -> Double? { text(name).flatMap(Self.finite) }
    func attribute(number name: String) -> Double? { attributes[name].flatMap(Self.finite) }

    private static func finite(_ text: String) -> Double? { Double(text).flatMap { $0.isFinite ? $0 : nil } }
}

/// Reads XML of other tools as a sequence of elements, by Foundation's parser: nothing is fetched, and a text that
/// declares a document type is refused, since no annotation has one and entities could grow without end.
final class XMLReading: NSObject, XMLParserDelegate {
    /// Names of elements that are given to `take` as soon as they end, and kept nowhere.
    private let wanted: Set<String>
    private let take: (XMLElement) -> Void
    private var open: [XMLElement] = []
    private var root: XMLElement?
    private var problem: String?

    /// Elements within each other; no annotation comes near.
    private static let deepest = 64

    private init(_ wanted: Set<String>, _ take: @escaping (XMLElement) -> Void) {
        (self.wanted, self.take) = (wanted, take)
    }

    /// - Parameter take: is given each element of one of the `wanted` names; the rest of the text is returned.
    /// - Throws: `FileError` where the text is no XML, or declares a document type.
    @discardableResult
    static func read(
        _ bytes: [UInt8], file: String, wanted: Set<String> = [], _ take: @escaping (XMLElement) -> Void = { _ in }
    ) throws -> XMLElement {
        let reading = XMLReading(wanted, take)
        let text = XMLEncoding.utf8(bytes)
        if text == nil { reading.problem = "is not in the encoding that it declares (UTF-8 where it declares none)" }
        if let text, text.prefix(1 << 16).containsDeclaration { reading.problem = "declares a document type" }
        if reading.problem == nil, let text {
            let parser = XMLParser(data: Data(text))
            parser.shouldResolveExternalEntities = false
            parser.delegate = reading
            if !parser.parse(), reading.problem == nil {
                reading.problem = "is not valid XML at line \(parser.lineNumber)"
            }
        }
        guard reading.problem == nil, let root = reading.root else {
            throw FileError(file: file, message: reading.problem ?? "is empty", wayOut: "export it again")
        }
        return root
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        guard open.count < Self.deepest else { return stop(parser, "goes \(Self.deepest) elements deep") }
        open.append(XMLElement(name: name, attributes: attributes))
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
        if !open.isEmpty { open[open.count - 1].text += text }
    }

    func parser(_ parser: XMLParser, foundCDATA block: Data) {
        if !open.isEmpty { open[open.count - 1].text += String(decoding: block, as: UTF8.self) }
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        guard let element = open.popLast() else { return }
        if wanted.contains(name) {
            take(element)
        } else if open.isEmpty {
            root = element
        } else {
            open[open.count - 1].children.append(element)
        }
    }

    func parser(_ parser: XMLParser, foundInternalEntityDeclarationWithName name: String, value: String?) {
        stop(parser, "declares an entity")
    }

    func parser(
        _ parser: XMLParser, foundExternalEntityDeclarationWithName name: String, publicID: String?, systemID: String?
    ) {
        stop(parser, "declares an entity")
    }

    private func stop(_ parser: XMLParser, _ reason: String) {
        problem = problem ?? reason
        parser.abortParsing()
    }
}

extension Collection<UInt8> {
    /// Whether a document type is declared.
    fileprivate var containsDeclaration: Bool {
        let letters = map { $0 | 0x20 }
        return letters.withUnsafeBufferPointer { $0.contains(bytes: "<!doctype") || $0.contains(bytes: "<!entity") }
    }
}
