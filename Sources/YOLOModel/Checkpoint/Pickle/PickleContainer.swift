/// A list, tuple, dictionary or object, shared by reference as Python does.
///
/// The reader keeps every container and empties it in the end, so that nesting a million deep is released without
/// recursion.
package final class PickleContainer {
    /// Of a list or tuple, and the arguments of an object.
    package internal(set) var items: [PickleValue] = []
    /// Keys and values of a dictionary or of an object's state, in order.
    package internal(set) var entries: [(key: PickleValue, value: PickleValue)] = []
    /// The class of an object, for example `models.common.Conv`.
    package internal(set) var className = ""

    /// The last value of that key; nil where there is none.
    subscript(key: String) -> PickleValue? {
        for entry in entries.reversed() {
            if case .string(let text) = entry.key, text == key { return entry.value }
        }
        return nil
    }
}
