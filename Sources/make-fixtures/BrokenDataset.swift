import Imaging

/// A dataset with one breakage a file; `breakages.csv` lists them.
struct BrokenDataset: FixtureFolder {
    let folder: String

    func write() throws {
        var list = "code,file,line\n"
        try write(
            """
            # Every breakage stands in breakages.csv. nc is wrong on purpose, and there is no images/test.
            train: images/train
            val: images/val
            test: images/test
            nc: 4
            names: [circle, square, triangle]

            """, "data.yaml")
        list += "D002,data.yaml,5\nD004,data.yaml,4\nD007,data.yaml,6\n"
        try write("train: images/train\n  names: [circle\n", "broken.yaml")
        list += "D001,broken.yaml,2\n"
        let good = "0 0.500000 0.500000 0.200000 0.200000\n"
        let labels: [(code: String, text: [UInt8], line: Int?)] = [
            ("B001", Array((good + "7 0.3 0.3 0.1 0.1\n").utf8), 2),
            ("B002", Array((good + "-1 0.3 0.3 0.1 0.1\n").utf8), 2),
            ("B003", Array((good + "1 0.95 0.5 0.2 0.2\n").utf8), 2),
            ("B005", Array((good + "1 0.3 0.3 0 0.1\n").utf8), 2),
            ("B006", Array((good + good).utf8), 2), ("F001", [], nil), ("F002", [0xFF, 0xFE, 0x30, 0, 0x20, 0], nil),
            ("F003", Array((good + "1 0.3 up 0.1 0.1\n").utf8), 2),
            ("F004", Array((good + "1 0.3 0.3 0.1\n").utf8), 2),
            ("F005", Array((good + "1 0.3 nan 0.1 0.1\n").utf8), 2),
            ("B004", Array((good + "1 48 36 16 12\n").utf8), 2),
            ("B007", Array((good + "0 0.5 0.501 0.2 0.2\n").utf8), 2),
            ("B009", Array((good + "1 0.3 0.3 0.002 0.002\n").utf8), 2),
            ("B010", Array((good + "1 0.5 0.5 1 1\n").utf8), 2),
            ("B011", Array((good + "1 0.5 0.5 0.9 0.005\n").utf8), 2),
            ("B012", Array("0 0.1 0.1 0.4 0.4\n0 0.5 0.5 0.9 0.8\n0 0.6 0.2 0.95 0.6\n".utf8), 1),
            ("B013", Array((good + "1 1.3 0.5 0.2 0.2\n").utf8), 2),
            ("B014", Array("1 0.1 0.1 0.9 0.9 0.9 0.1 0.1 0.9\n".utf8), 1),
            ("F006", Array((good + "1 0.1 0.1 0.9 0.1 0.5 0.9\n").utf8), 2),
            ("F007", Array((good + "1 0.3 0,3 0.1 0.1\n").utf8), 2),
            ("F008", Array((good + "1 0.3 0.3 0.1 0.1 0.87\n").utf8), 2),
        ]
        for (index, label) in labels.enumerated() {
            let split = index % 5 == 4 ? "val" : "train"
            try write(try jpeg(ShapesPicture(number: 100 + index).image), "images/\(split)/\(label.code).jpg")
            try write(label.text, "labels/\(split)/\(label.code).txt")
            list += "\(label.code),labels/\(split)/\(label.code).txt,\(label.line.map(String.init) ?? "")\n"
        }
        let sound = try jpeg(ShapesPicture(number: 120).image)
        try write(Array("this is text, not a picture\n".utf8), "images/train/I001.jpg")
        try write(good, "labels/train/I001.txt")
        try write(Array(sound.prefix(sound.count / 2)), "images/train/I002.jpg")
        try write(good, "labels/train/I002.txt")
        try write(try jpeg(ShapesPicture(number: 121).image), "images/train/P001.jpg")
        try write(good, "labels/train/P002.txt")
        list +=
            "I001,images/train/I001.jpg,\nI002,images/train/I002.jpg,\nP001,images/train/P001.jpg,\nP002,labels/train/P002.txt,\n"
        try write(list, "breakages.csv")
    }
}
