import Imaging

/// A sound dataset in all the image forms that people have.
struct ShapesDataset: FixtureFolder {
    let folder: String

    func write() throws {
        try write(
            """
            # Coloured shapes, made by make-fixtures; every label is right
            train: images/train
            val: images/val
            nc: 3
            names: [circle, square, triangle]

            """, "data.yaml")
        for number in 0..<32 {
            let split = number % 4 == 3 ? "val" : "train"
            let picture = ShapesPicture(number: number, isGrey: number % 8 == 5)
            let name = "shape\(number < 10 ? "0" : "")\(number)"
            switch number % 8 {
            case 1: try write(try png(picture.image, .rgb), "images/\(split)/\(name).png")
            case 2: try write(try png(picture.image, .palette), "images/\(split)/\(name).png")
            case 5: try write(try png(picture.image, .grey), "images/\(split)/\(name).png")
            case 6: try write(try png(picture.image, .rgb16), "images/\(split)/\(name).png")
            case 4:
                // Stored lying, shown upright: orientation 6 is undone by turning the pixels the other way.
                let lying = picture.image.turned(orientation: 8)
                try write(turned(try jpeg(lying), orientation: 6), "images/\(split)/\(name).jpg")
            default: try write(try jpeg(picture.image), "images/\(split)/\(name).jpg")
            }
            try write(picture.label, "labels/\(split)/\(name).txt")
        }
    }
}
