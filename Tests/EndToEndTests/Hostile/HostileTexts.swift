import Foundation
import TestSupport

/// Texts of strangers: model YAMLs, darknet files, safetensors, and what people decide and list.
enum HostileTexts {
    /// A model YAML with one line put wrong.
    static func modelYAML(
        width: String = "0.0625", depth: String = "0.33", nc: String = "3", anchors: String = "[10,13, 16,30, 33,23]",
        first: String = "[-1, 1, Conv, [64, 6, 2, 2]]", extra: [String] = [],
        head: String = "[[-1], 1, Detect, [nc, anchors]]"
    ) -> String {
        let layers = [first, "[-1, 1, Conv, [128, 3, 2]]", "[-1, 1, Conv, [128, 3, 2]]"] + extra
        return "nc: \(nc)\ndepth_multiple: \(depth)\nwidth_multiple: \(width)\nanchors:\n  - \(anchors)\nbackbone:\n"
            + layers.map { "  - \($0)\n" }.joined() + "head:\n  - \(head)\n"
    }

    private static let numbers = ["1e300", "-1", "0", ".nan", "nan", "inf", "4611686018427387904", "2.5e9"]

    static let models: [HostileFile] = {
        var all: [HostileFile] = []
        all += numbers.map { HostileFile("width-\($0).yaml", modelYAML(width: $0)) }
        all += numbers.map {
            HostileFile("depth-\($0).yaml", modelYAML(depth: $0, extra: ["[-1, 9, C3, [128]]"]))
        }
        all += (numbers + ["100001"]).map { HostileFile("nc-\($0).yaml", modelYAML(nc: $0)) }
        all += ["1e300", "-1", "0", ".nan", "4611686018427387904", "1e5", "2.5"].flatMap { number in
            [
                HostileFile("kernel-\(number).yaml", modelYAML(extra: ["[-1, 1, Conv, [128, \(number), 1]]"])),
                HostileFile("stride-\(number).yaml", modelYAML(extra: ["[-1, 1, Conv, [128, 3, \(number)]]"])),
                HostileFile(
                    "factor-\(number).yaml", modelYAML(extra: ["[-1, 1, nn.Upsample, [None, \(number), nearest]]"])),
                HostileFile("pool-\(number).yaml", modelYAML(extra: ["[-1, 1, SPPF, [128, \(number)]]"])),
                HostileFile("repeats-\(number).yaml", modelYAML(extra: ["[-1, \(number), C3, [128]]"])),
            ]
        }
        all += ["1e300", "-1", "0", ".nan", "4611686018427387904", "1e9"].map {
            HostileFile("channels-\($0).yaml", modelYAML(extra: ["[-1, 1, Conv, [\($0), 3, 1]]"]))
        }
        all += ["1e300", "-1", "50000", ".nan", "4611686018427387904"].map {
            HostileFile("padding-\($0).yaml", modelYAML(extra: ["[-1, 1, Conv, [128, 3, 1, \($0)]]"]))
        }
        all += ["1e300", "-1", "0", ".nan"].map {
            HostileFile("share-\($0).yaml", modelYAML(extra: ["[-1, 1, C3k2, [128, False, \($0)]]"]))
        }
        all += [
            HostileFile("kernel-4096.yaml", modelYAML(width: "1", extra: ["[-1, 1, Conv, [128, 4096, 1]]"])),
            HostileFile("repeats-many.yaml", modelYAML(depth: "64", extra: ["[-1, 1000, C3, [128]]"])),
            HostileFile(
                "layers-many.yaml", modelYAML(extra: Array(repeating: "[-1, 1000, C3, [8]]", count: 2_000))),
            HostileFile(
                "factor-64-twice.yaml",
                modelYAML(extra: Array(repeating: "[-1, 1, nn.Upsample, [None, 64, nearest]]", count: 2))),
            HostileFile(
                "factor-often.yaml",
                modelYAML(extra: Array(repeating: "[-1, 1, nn.Upsample, [None, 4096, nearest]]", count: 30))),
            HostileFile(
                "padding-4096.yaml",
                modelYAML(width: "1", extra: Array(repeating: "[-1, 1, Conv, [128, 3, 1, 4096]]", count: 3))),
            HostileFile(
                "pools-many.yaml",
                modelYAML(extra: [
                    "[-1, 1, SPP, [128, [\(Array(repeating: "5", count: 100_000).joined(separator: ","))]]]"
                ])),
            HostileFile("from-2to62.yaml", modelYAML(extra: ["[4611686018427387904, 1, Conv, [128]]"])),
            HostileFile("from-least.yaml", modelYAML(extra: ["[-9223372036854775808, 1, Conv, [128]]"])),
            HostileFile(
                "from-many.yaml",
                modelYAML(extra: [
                    "[[\(Array(repeating: "-1", count: 200_000).joined(separator: ","))], 1, Concat, [1]]"
                ])),
            HostileFile(
                "anchors-many.yaml",
                modelYAML(anchors: "[\(Array(repeating: "1", count: 200_000).joined(separator: ","))]")),
            HostileFile("anchors-inf.yaml", modelYAML(anchors: "[.inf, 1]")),
            HostileFile("anchors-1e300.yaml", modelYAML(anchors: "[1e300, 1]")),
            HostileFile("scales.yaml", "nc: 3\nscales:\n  n: [1e300, .nan, 1e300]\nbackbone: []\nhead: []\n"),
            HostileFile(
                "stride-4096.yaml", modelYAML(extra: ["[-1, 1, Conv, [128, 3, 512]]", "[-1, 1, Conv, [128, 3, 512]]"])),
            HostileFile("laughs.yaml", laughs),
            HostileFile("nested.yaml") { Array("backbone: ".utf8) + [UInt8](repeating: 0x5B, count: 1 << 20) },
            HostileFile(
                "nested-block.yaml", "a:\n" + (1..<3_000).map { String(repeating: " ", count: $0) + "- a:\n" }.joined()),
            HostileFile("commas.yaml") {
                Array("a: [".utf8) + Array(repeatElement([0x61, 0x2C], count: 2 << 20).joined())
            },
            HostileFile("tags.yaml", (0..<20_000).map { "%TAG !a\($0)! tag:a,\($0):\n" }.joined() + "--- 1\n"),
            HostileFile("anchors-named.yaml", "a:\n" + (0..<100_000).map { "- &a\($0) 1\n" }.joined()),
            HostileFile("keys.yaml", (0..<100_000).map { "k\($0): 1\n" }.joined()),
        ]
        return all
    }()

    /// Nine lines that stand for a billion nodes.
    private static let laughs =
        "a0: &a0 [x]\n"
        + (1..<12).map { n in "a\(n): &a\(n) [\(Array(repeating: "*a\(n - 1)", count: 10).joined(separator: ", "))]\n" }
        .joined()

    // MARK: Safetensors

    private static func safetensors(_ name: String, _ header: String, numbers: Int = 64, length: Int? = nil)
        -> HostileFile
    {
        HostileFile(name + ".safetensors") {
            Pickled.little(length ?? header.utf8.count, 8) + Array(header.utf8) + [UInt8](repeating: 0, count: numbers)
        }
    }

    private static func entry(_ name: String, _ shape: String, _ offsets: String, _ kind: String = "F32") -> String {
        "\"\(name)\": {\"dtype\": \"\(kind)\", \"shape\": \(shape), \"data_offsets\": \(offsets)}"
    }

    static let safetensors: [HostileFile] = [
        safetensors(
            "one-range",
            "{" + (0..<3_000).map { entry("n\($0)", "[500000]", "[0, 2000000]") }.joined(separator: ",") + "}",
            numbers: 2_000_000),
        safetensors("overlap", "{\(entry("a", "[4]", "[0, 16]")), \(entry("b", "[4]", "[12, 28]"))}"),
        safetensors("header-2to62", "{}", length: 1 << 62), safetensors("header-long", "{}", length: 1 << 40),
        safetensors("header-wraps", "{}", length: -1), safetensors("not-json", "this is none"),
        safetensors("array", "[1, 2]"), safetensors("number", "5"), safetensors("entry-number", "{\"a\": 5}"),
        safetensors("entry-null", "{\"a\": null}"), safetensors("entry-empty", "{\"a\": {}}"),
        safetensors("shape-2to62", "{\(entry("a", "[4611686018427387904, 4]", "[0, 16]"))}"),
        safetensors("shape-minus", "{\(entry("a", "[-4, -1]", "[0, 16]"))}"),
        safetensors("shape-1e300", "{\(entry("a", "[1e300]", "[0, 16]"))}"),
        safetensors("shape-zero", "{\(entry("a", "[0, 4611686018427387904, 4611686018427387904]", "[0, 0]"))}"),
        safetensors("offsets-turned", "{\(entry("a", "[4]", "[16, 0]"))}"),
        safetensors("offsets-minus", "{\(entry("a", "[4]", "[-16, 0]"))}"),
        safetensors("offsets-2to62", "{\(entry("a", "[4]", "[9223372036854775792, 9223372036854775807]"))}"),
        safetensors("offsets-one", "{\(entry("a", "[4]", "[0]"))}"),
        safetensors("kind", "{\(entry("a", "[4]", "[0, 16]", "F4"))}"),
        safetensors("nested", "{\"a\": " + String(repeating: "[", count: 1 << 20) + "}"),
        safetensors("values", "{\"a\": [" + Array(repeating: "0", count: 2 << 20).joined(separator: ",") + "]}"),
        safetensors(
            "entries", "{" + (0..<60_000).map { entry("n\($0)", "[0]", "[0, 0]") }.joined(separator: ",") + "}"),
        safetensors("metadata", "{\"__metadata__\": {\"model_yaml\": 5}}"),
        safetensors(
            "yaml", "{\"__metadata__\": {\"model_yaml\": \"nc: 4611686018427387904\\nbackbone: []\\nhead: []\"}}"),
    ]

    // MARK: Darknet

    private static func darknet(
        _ name: String, mask: String = "0,1,2", anchors: String = "10,13, 16,30, 33,23", classes: String = "3",
        width: String = "416", sections: Int = 1
    ) -> HostileFile {
        HostileFile(
            name + ".cfg",
            "[net]\nwidth=\(width)\nheight=416\n[convolutional]\nfilters=24\n"
                + Array(
                    repeating: "[yolo]\nmask=\(mask)\nanchors=\(anchors)\nclasses=\(classes)\nnum=3\n", count: sections
                )
                .joined())
    }

    static let configurations: [HostileFile] = {
        var all: [HostileFile] = []
        all += ["1e30", "-1", "0.5", "4611686018427387904", "nan", "inf"].map {
            darknet("mask-\($0)", mask: "\($0),0,1")
        }
        all += ["1e300", "-5", "416.5", "nan", "inf"].map { darknet("width-\($0)", width: $0) }
        all += ["1e300", "inf", "nan", "-1", "0"].map { darknet("anchor-\($0)", anchors: "10,\($0)") }
        all += [
            darknet("anchors-many", anchors: Array(repeating: "1", count: 400_000).joined(separator: ",")),
            darknet("sections-many", mask: "0", sections: 50_000),
            HostileFile(
                "bare-sections.cfg",
                "[yolo]\nanchors=\(Array(repeating: "1", count: 100_000).joined(separator: ","))\n"
                    + String(repeating: "[yolo]\n", count: 200_000)),
            HostileFile("lines.cfg", String(repeating: "\n", count: 3 << 20)), HostileFile("empty.cfg", ""),
        ]
        return all
    }()

    // MARK: What people decide

    static func decision(row: String = "[0, 0.5, 0.5, 0.1, 0.1]", line: String = "1", version: String = "1") -> String {
        "{\"format\": \"assay-decisions\", \"version\": \(version), \"decisions\": [{\"id\": \"q\", \"decision\": \"accept\", "
            + "\"image\": \"images/val/000.png\", \"line\": \(line), \"kind\": \"class\", \"label\": [0, 0.5, 0.5, 0.1, 0.1], "
            + "\"row\": \(row)}]}"
    }

    static let decisions: [HostileFile] = {
        var all: [HostileFile] = []
        all += ["1e300", "1099511627776", "9223372036854775808", "-1", "0.5", "NaN", "-0.0001"].map {
            HostileFile("class-\($0).json", decision(row: "[\($0), 0.5, 0.5, 0.1, 0.1]"))
        }
        all += ["1e300", "-1e300", "NaN", "1e999"].map {
            HostileFile("side-\($0).json", decision(row: "[0, 0.5, 0.5, \($0), 0.1]"))
        }
        all += ["9223372036854775808", "1e300", "-9223372036854775808", "0"].map {
            HostileFile("line-\($0).json", decision(line: $0))
        }
        all += [
            HostileFile(
                "row-long.json", decision(row: "[\(Array(repeating: "0.5", count: 200_000).joined(separator: ","))]")),
            HostileFile("row-empty.json", decision(row: "[]")), HostileFile("version.json", decision(version: "1e300")),
            HostileFile("nested.json", String(repeating: "[", count: 1 << 20)),
            HostileFile("nested-objects.json", String(repeating: "{\"a\":", count: 1 << 20)),
            HostileFile("values.json", "[" + Array(repeating: "0", count: 4 << 20).joined(separator: ",") + "]"),
            HostileFile("commas.json") { [UInt8](repeating: 0x2C, count: 8 << 20) },
            HostileFile("empty.json", ""),
        ]
        return all
    }()

    static let baselines: [HostileFile] = [
        HostileFile("sum.baseline", "9223372036854775807\tB001\ta\tb\n9223372036854775807\tB001\ta\tb\n"),
        HostileFile("count.baseline", "9223372036854775808\tB001\ta\tb\n"),
        HostileFile("minus.baseline", "-1\tB001\ta\tb\n"),
        HostileFile("lines.baseline", mayPass: true) { [UInt8](repeating: 10, count: 16 << 20) },
        HostileFile("entries.baseline", mayPass: true) {
            Array(repeatElement(Array("1\ta\tb\tc\n".utf8), count: 2 << 20).joined())
        },
    ]
}
