/// A named place of raw numbers in the checkpoint.
package struct PickleStorage {
    /// What kind of number it holds.
    package let kind: StoredTensor.Kind
    /// The entry of the archive; before PyTorch 1.6, the name of one of the storages at the end.
    package let key: String
    /// How many numbers it has, under 2⁴⁰.
    package let count: Int
}
