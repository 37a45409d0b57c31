// Whoever reads files has the checked conversions, and the compiler's warning where a plain one would end the process.
@_exported import CheckedNumbers
