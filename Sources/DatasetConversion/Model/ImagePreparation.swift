import FileReading
import Geometry
import Imaging

/// Brings annotations to the pixels of the image as a viewer shows it.
enum ImagePreparation {
    /// Images that are there, with the sizes of their files; where placement is `none`, also those that are not.
    static func prepared(
        _ images: [AnnotatedImage], placement: ImagePlacement, jobs: Int, isCancelled: @Sendable @escaping () -> Bool,
        losses: inout ConversionLosses
    ) throws -> [AnnotatedImage] {
        let read = try WorkerPool.map(
            count: images.count, jobs: jobs, isCancelled: isCancelled, makeState: { () },
            { _, index in prepared(images[index]) })
        var kept: [AnnotatedImage] = []
        for (image, further) in read {
            guard image.file != nil || placement == .none else { continue }
            losses.add(further)
            kept.append(image)
        }
        return kept
    }

    private static func prepared(_ given: AnnotatedImage) -> (AnnotatedImage, ConversionLosses) {
        var image = given
        var losses = ConversionLosses()
        guard let file = image.file, let header = try? ImageHeader.readFile(file),
            let stored = ImageSize(header.storedWidth, header.storedHeight),
            let shown = ImageSize(header.width, header.height)
        else { return (image, losses) }
        let declared = image.size ?? shown
        if header.orientation != 1, !image.objects.isEmpty {
            if declared == stored, stored != shown {
                turn(&image, header.orientation, declared)
                losses.add(.turnedByEXIF, image.name, "EXIF orientation \(header.orientation)")
                image.size = shown
                return (image, losses)
            }
            if stored == shown || image.isInFractions && image.size == nil {
                losses.add(.orientationUnclear, image.name, "EXIF orientation \(header.orientation)")
            }
        }
        if declared != shown, !image.objects.isEmpty {
            losses.add(
                .rescaled, image.name,
                "\(declared.width) × \(declared.height) said, \(shown.width) × \(shown.height) found")
            rescale(&image, declared, shown)
        }
        image.size = shown
        return (image, losses)
    }

    // MARK: EXIF

    /// Where a point of the stored picture is seen; sides are the stored ones, in the unit of the point.
    static func shown(_ point: PlanePoint, orientation: Int, width: Double, height: Double) -> PlanePoint {
        let (x, y) = (point.x, point.y)
        return switch orientation {
        case 2: PlanePoint(width - x, y)
        case 3: PlanePoint(width - x, height - y)
        case 4: PlanePoint(x, height - y)
        case 5: PlanePoint(y, x)
        case 6: PlanePoint(height - y, x)
        case 7: PlanePoint(height - y, width - x)
        case 8: PlanePoint(y, width - x)
        default: point
        }
    }

    private static func turn(_ image: inout AnnotatedImage, _ orientation: Int, _ size: ImageSize) {
        let (width, height) = image.isInFractions ? (1, 1) : (Double(size.width), Double(size.height))
        let pixels = (Double(size.width), Double(size.height))
        for index in image.objects.indices {
            let shape = image.objects[index].shape
            image.objects[index].shape =
                switch shape {
                case .mask(let mask):
                    .polygons(
                        MaskOutline(mask).parts.map { part in
                            Polygon(
                                part.points.map {
                                    shown($0, orientation: orientation, width: pixels.0, height: pixels.1)
                                })
                        }
                    ).inUnit(of: image, size.turned)
                case .rotated:
                    shape.mapPoints { shown($0, orientation: orientation, width: pixels.0, height: pixels.1) }
                        .inUnit(of: image, size.turned)
                default: shape.mapPoints { shown($0, orientation: orientation, width: width, height: height) }
                }
            image.objects[index].movePlaces { shown($0, orientation: orientation, width: width, height: height) }
        }
    }

    // MARK: Size

    private static func rescale(_ image: inout AnnotatedImage, _ declared: ImageSize, _ found: ImageSize) {
        let across = Double(found.width) / Double(declared.width)
        let down = Double(found.height) / Double(declared.height)
        for index in image.objects.indices {
            let shape = image.objects[index].shape
            switch shape {
            case .mask(let mask):
                let parts = MaskOutline(mask).parts.map {
                    Polygon($0.points.map { $0.multiplied(width: across, height: down) })
                }
                image.objects[index].shape = AnnotatedShape.polygons(parts).inUnit(of: image, found)
            case .rotated:
                image.objects[index].shape = shape.mapPoints { $0.multiplied(width: across, height: down) }
                    .inUnit(of: image, found)
            default:
                guard !image.isInFractions else { continue }
                image.objects[index].shape = shape.mapPoints { $0.multiplied(width: across, height: down) }
            }
            guard !image.isInFractions else { continue }
            image.objects[index].movePlaces { $0.multiplied(width: across, height: down) }
        }
    }
}

extension AnnotatedShape {
    /// What is in pixels, in the unit of an image whose shapes are in fractions.
    fileprivate func inUnit(of image: AnnotatedImage, _ size: ImageSize) -> AnnotatedShape {
        guard image.isInFractions else { return self }
        return mapPoints { $0.multiplied(width: 1 / Double(size.width), height: 1 / Double(size.height)) }
    }
}
