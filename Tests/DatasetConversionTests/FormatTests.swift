import DatasetConversion
import Foundation
import TestSupport
import Testing

/// What each form holds, as its tool writes it.
@Suite struct FormatTests {
    @Test func cvat() throws {
        let text = """
            <?xml version="1.0" encoding="utf-8"?>
            <annotations><version>1.1</version><meta><job><labels>
            <label><name>car</name><type>any</type></label><label><name>face</name><type>skeleton</type></label>
            <label><name>nose</name><type>points</type><parent>face</parent></label></labels></job></meta>
            <image id="0" name="sub/a.png" subset="Validation" width="100" height="50">
            <box label="car" xtl="10" ytl="10" xbr="30" ybr="20" rotation="90.0" occluded="1"><attribute name="colour">red</attribute></box>
            <polygon label="car" points="0,0;10,0;10,10.5"/><mask label="car" rle="1, 2, 1, 2" left="4" top="5" width="3" height="2"/>
            <ellipse label="car" cx="50" cy="25" rx="10" ry="5"/><polyline label="car" points="0,0;1,1"/><tag label="sunny"/>
            <box label="car" xtl="x" ytl="10" xbr="30" ybr="20"/></image>
            <image id="1" name="b.png" subset="weird" width="8" height="8"/></annotations>
            """
        let place = try ExportPlace(
            ["annotations.xml": text], images: ["images/sub/a.png": (100, 50), "images/b.png": (8, 8)])
        let result = try place.convert()
        #expect(
            place.text("labels/val/sub/a.txt") == """
                0 0.2 0.3 0.1 0.4
                0 0.05 0.105 0.1 0.21
                0 0.06 0.12 0.02 0.04
                0 0.5 0.5 0.2 0.2

                """)
        #expect(result.classNames == ["car", "face"])
        let wanted: [(LossKind, Int)] = [
            (.rotationLost, 1), (.attributes, 1), (.shapeWithoutArea, 1), (.imageTags, 1), (.badEntry, 1),
            (.ellipse, 1),
            (.splitRenamed, 1), (.unlabelled, 1), (.maskToBox, 1), (.polygonToBox, 2), (.unusedClass, 1),
        ]
        for (kind, count) in wanted { #expect(result.count(kind) == count, "\(kind)") }
        #expect(result.losses.totals.count == wanted.count, "\(result.losses.totals)")
    }

    @Test func labelStudio() throws {
        let text = """
            [{"id": 1, "data": {"image": "http://host/data/local-files/?d=my%20set/a.png", "n": 5}, "predictions": [{"result": []}],
              "annotations": [{"was_cancelled": true, "result": []}, {"result": [
               {"type": "rectanglelabels", "original_width": 100, "original_height": 50, "value": {"x": 50, "y": 20, "width": 20, "height": 20, "rotation": 90, "rectanglelabels": ["b"]}},
               {"type": "polygonlabels", "original_width": 100, "original_height": 50, "value": {"points": [[0, 0], [10, 0], [10, 10]], "polygonlabels": ["a"]}},
               {"type": "choices", "value": {"choices": ["good"]}}, {"type": "rectangle", "value": {"x": 1, "y": 1, "width": 1, "height": 1}}, 5,
               {"type": "keypointlabels", "value": {"x": 1, "y": 1, "keypointlabels": ["a"]}}]}]},
             {"id": 2, "data": {"image": "s3://bucket/c.png"}, "annotations": [{"result": [
               {"type": "brushlabels", "original_width": 6, "original_height": 4, "value": {"format": "rle", "brushlabels": ["a"], "rle": [0, 0, 0, 96, 57, 27, 254, 19, 0, 143, 254, 48, 9, 255, 239, 128, 79, 255, 136, 192, 0]}}]}]}]
            """
        let place = try ExportPlace(
            ["project.json": text], images: ["my set/a.png": (100, 50), "c.png": (6, 4)])
        let result = try place.convert()
        // Turned about its upper left corner, which is now the right upper one.
        #expect(place.text("labels/train/my set/a.txt") == "1 0.45 0.4 0.1 0.4\n0 0.05 0.05 0.1 0.1\n", "\(place.made)")
        #expect(place.text("labels/train/bucket/c.txt") == "0 0.58333333 0.375 0.83333333 0.75\n")
        #expect(result.classNames == ["a", "b"])
        for (kind, count) in [
            (LossKind.furtherAnnotators, 1), (.predictions, 1), (.imageTags, 1), (.noClass, 1), (.badEntry, 1),
            (.shapeWithoutArea, 1), (.rotationLost, 1), (.maskToBox, 1), (.classOrder, 2),
        ] { #expect(result.count(kind) == count, "\(kind)") }
    }

    @Test func labelStudioInShort() throws {
        let text = """
            [{"image": "/data/upload/1/0a1b2c3d-a.png", "id": 1, "label": [{"x": 10, "y": 20, "width": 20, "height": 40, "rotation": 0,
              "rectanglelabels": ["x"], "original_width": 100, "original_height": 50}], "annotator": 1, "lead_time": 2.5}]
            """
        let place = try ExportPlace(["min.json": text], images: ["a.png": (100, 50)])
        try place.convert()
        #expect(place.text("labels/train/0a1b2c3d-a.txt") == "0 0.2 0.4 0.2 0.4\n", "\(place.made)")
    }

    @Test func labelMe() throws {
        let mask =
            "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACAQMAAACnuvRZAAAABlBMVEUAAAD///+l2Z/dAAAAAXRSTlMAQObYZgAAAAxJREFUeJxjOMCQAAACpAEhoKqCDAAAAABJRU5ErkJggg=="
        let text = """
            {"version": "5.4.1", "flags": {"blurred": true}, "imagePath": "..\\\\images\\\\a.png", "imageData": null, "imageHeight": 50, "imageWidth": 100,
             "shapes": [
              {"label": "b", "points": [[30, 20], [10, 10]], "group_id": null, "shape_type": "rectangle", "flags": {"hard": true}},
              {"label": "a", "points": [[0, 0], [10, 0], [10, 10]], "group_id": 1, "shape_type": "polygon", "flags": {}},
              {"label": "a", "points": [[20, 0], [30, 0], [30, 10]], "group_id": 1, "shape_type": "polygon", "flags": {}},
              {"label": "c", "points": [[50, 25], [55, 25]], "group_id": null, "shape_type": "circle", "flags": {}},
              {"label": "c", "points": [[50, 25]], "group_id": null, "shape_type": "point", "flags": {}},
              {"label": "d", "points": [[4, 5], [6, 6]], "group_id": null, "shape_type": "mask", "mask": "\(mask)", "flags": {}},
              {"label": "c", "points": [[50, 25]], "shape_type": "rectangle"}]}
            """
        let place = try ExportPlace(["json/a.json": text], images: ["images/a.png": (100, 50)])
        let result = try place.convert(to: .yoloSegment)
        let rows = try #require(
            place.text("labels/train/images_/a.txt") ?? place.text("labels/train/a.txt"), "\(place.made)"
        )
        .split(separator: "\n")
        #expect(rows.count == 4)
        #expect(rows.first == "1 0.1 0.2 0.3 0.2 0.3 0.4 0.1 0.4")
        for (kind, count) in [
            (LossKind.partsJoined, 1), (.ellipse, 1), (.shapeWithoutArea, 1), (.badEntry, 1), (.maskToPolygon, 1),
            (.imageTags, 1),
            (.attributes, 1),
        ] { #expect(result.count(kind) == count, "\(kind)") }
        #expect(rows.last == "3 0.04 0.1 0.06 0.1 0.06 0.12 0.07 0.12 0.07 0.14 0.05 0.14 0.05 0.12 0.04 0.12")
    }

    @Test func supervisely() throws {
        let bitmap =
            "eJzrDPBz5+WS4mJgYOD19HAJAtLMQMzECCKX7/oSCaTYAnxCXIH0////l96cfxfIYiwJ8gtmcHh2Iw3I4fF0cQypmJNscWACUOMSRsUFq5p4gOIMnq5+LuucEpoAke4aUg=="
        let text = """
            {"description": "", "tags": [{"name": "sunny"}], "size": {"height": 50, "width": 100}, "objects": [
             {"classTitle": "car", "geometryType": "rectangle", "tags": [{"name": "hard", "value": "yes"}], "points": {"exterior": [[10, 10], [30, 20]], "interior": []}},
             {"classTitle": "dog", "geometryType": "polygon", "tags": [], "points": {"exterior": [[0, 0], [10, 0], [10, 10]], "interior": [[[2, 1], [3, 1], [3, 2]]]}},
             {"classTitle": "dog", "geometryType": "bitmap", "tags": [], "bitmap": {"data": "\(bitmap)", "origin": [4, 5]}},
             {"classTitle": "dog", "geometryType": "line", "tags": [], "points": {"exterior": [[0, 0], [1, 1]], "interior": []}},
             {"classTitle": "dog", "geometryType": "bitmap", "tags": [], "bitmap": {"data": "AAAA", "origin": [4, 5]}}]}
            """
        let meta =
            #"{"classes": [{"title": "dog", "shape": "any"}, {"title": "car", "shape": "rectangle"}], "tags": []}"#
        let place = try ExportPlace(
            ["meta.json": meta, "val/ann/a.png.json": text], images: ["val/img/a.png": (100, 50)])
        let result = try place.convert()
        #expect(
            place.text("labels/val/val/a.txt") == "1 0.2 0.3 0.2 0.2\n0 0.05 0.1 0.1 0.2\n0 0.055 0.12 0.03 0.04\n",
            "\(place.made)")
        for (kind, count) in [
            (LossKind.imageTags, 1), (.attributes, 1), (.holesFilled, 1), (.shapeWithoutArea, 1), (.badEntry, 1),
            (.maskToBox, 1),
        ] { #expect(result.count(kind) == count, "\(kind)") }
    }

    @Test func vocOfSeveralKinds() throws {
        let text = """
            <annotation><folder>f</folder><filename>other.jpg</filename><size><width>100</width><height>50</height></size>
            <object><name>cat</name><difficult>1</difficult><bndbox><xmin>10</xmin><ymin>10</ymin><xmax>30</xmax><ymax>20</ymax></bndbox></object>
            <object><name>ant</name><robndbox><cx>50</cx><cy>25</cy><w>20</w><h>10</h><angle>1.5707963267948966</angle></robndbox></object>
            <object><bndbox><xmin>1</xmin></bndbox></object><object><name>ant</name></object></annotation>
            """
        let place = try ExportPlace(
            ["Annotations/a.xml": text, "Annotations/b.xml": "<annotation", "ImageSets/Main/val.txt": "a\n"],
            images: ["JPEGImages/a.png": (100, 50)])
        let result = try place.convert(to: .yoloOBB)
        #expect(
            place.text("labels/val/a.txt")
                == "1 0.1 0.2 0.3 0.2 0.3 0.4 0.1 0.4\n0 0.55 0.3 0.55 0.7 0.45 0.7 0.45 0.3\n")
        for (kind, count) in [
            (LossKind.attributes, 1), (.noClass, 1), (.badEntry, 2), (.classOrder, 2), (.rotationLost, 0),
        ] {
            #expect(result.count(kind) == count, "\(kind)")
        }
    }

    /// CVAT's “YOLO 1.1” as unpacked: the lists say `data/`, where nothing is.
    @Test func darknetWithoutItsFolder() throws {
        let place = try ExportPlace(
            [
                "obj.data": "classes = 1\r\ntrain = data/train.txt\r\nnames = data/obj.names\r\nbackup = backup/\r\n",
                "obj.names": "thing\r\n", "train.txt": "data/obj_train_data/a.png\r\ndata/obj_train_data/b.png\r\n",
                "obj_train_data/a.txt": "0 0.5 0.5 0.2 0.2\n", "obj_train_data/b.txt": "0 0.5 0.5 0.2\n",
            ], images: ["obj_train_data/a.png": (10, 10), "obj_train_data/b.png": (10, 10), "c.png": (10, 10)])
        for input in ["", "export/obj.data"] {
            let result = try place.convert(input) { $0.output += input.isEmpty ? "" : "2" }
            #expect(place.made == ["data.yaml", "images/train/a.png", "images/train/b.png", "labels/train/a.txt"])
            #expect(result.classNames == ["thing"] && result.count(.badEntry) == 1 && result.count(.notMentioned) == 1)
        }
    }

    @Test func yoloPosesAndPolygons() throws {
        let place = try ExportPlace(
            [
                "data.yaml":
                    "path: /nowhere\ntrain: images/train\nval: images/val\nnames: {0: man}\nkpt_shape: [1, 3]\n",
                "labels/train/a.txt": "0 0.5 0.5 0.2 0.4 0.5 0.25 2\n",
            ], images: ["images/train/a.png": (100, 50), "images/val/b.png": (10, 10)])
        let result = try place.convert(to: .coco)
        let text = try #require(place.text("annotations/instances_train.json"))
        #expect(text.contains("\"bbox\":[40,15,20,20]") && text.contains("\"keypoints\":[50,12.5,2]"), "\(text)")
        #expect(result.imagesBySplit.map(\.split) == ["train", "val"])
    }

    @Test func labelsWithoutImages() throws {
        let place = try ExportPlace(["classes.txt": "a\nb\n", "labels/x.txt": "1 0.5 0.5 0.25 0.5\n"])
        #expect(throws: (any Error).self) { try place.convert() }
        try place.convert { $0.placement = .none }
        #expect(place.text("labels/train/x.txt") == "1 0.5 0.5 0.25 0.5\n")
    }

    @Test func whatIsNoExportIsSaid() throws {
        let place = try ExportPlace(["notes.txt": "hello"])
        #expect { try place.convert() } throws: { "\($0)".contains("--from") }
        #expect { try place.convert("nowhere") } throws: { "\($0)".contains("no such file") }
    }
}
