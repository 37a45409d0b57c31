import FileReading
import RunCurves
import TestSupport
import Testing

@Suite struct ReaderTests {
    private func table(_ text: String) throws -> RunTable { try RunReader.table(of: Array(text.utf8), file: "log") }

    /// Ultralytics before 8.1 put blanks before names, and counted from 0.
    @Test func tablesOfUltralyticsAreRead() throws {
        let old = try table(
            """
                              epoch,         train/box_loss,         train/cls_loss,   metrics/mAP50(B), metrics/mAP50-95(B),           val/box_loss,                 lr/pg0
                                  0,                 1.2341,                    2.5,            0.11111,              0.0522,                 1.3211,               0.0033
                                  1,                 1.1,                       2.1,            0.2,                  0.1,                    1.2,                  0.0066

            """)
        #expect(old.rows.map(\.epoch) == [1, 2])
        #expect(old.rows[0].values[.loss(.train, "box")] == 1.2341 && old.rows[1].values[.rate(0)] == 0.0066)
        #expect(old.rows[1].values[.score(.map50, of: "B")] == 0.2 && old.notes.isEmpty)
        let new = try table("epoch,time,train/box_loss,metrics/mAP50(B)\n1,12.5,1.5,nan\n2,24,1e-05,0.5\n")
        #expect(new.rows.map(\.epoch) == [1, 2] && new.rows[1].values[.loss(.train, "box")] == 1e-05)
        #expect(new.curve(.score(.map50, of: "B")).broken == [1])
    }

    @Test(arguments: [
        ("train/seg_loss", LogColumn.loss(.train, "seg")), ("val/pose_loss", .loss(.val, "pose")),
        ("train/kobj_loss", .loss(.train, "kobj")),
        ("metrics/mAP50(M)", .score(.map50, of: "M")), ("metrics/mAP50-95(P)", .score(.map, of: "P")),
        ("metrics/accuracy_top1", .score(.top1, of: "")), ("train/loss", .loss(.train, "all")), ("lr/pg2", .rate(2)),
        ("x/lr1", .rate(1)),
        ("metrics/mAP_0.5:0.95", .score(.map, of: "")), ("metrics/mAP50B", .score(.map50, of: "B")),
        ("metrics/cat_mAP_50", .classScore("cat", .map50)),
        ("train/giou_loss", .loss(.train, "giou")),
    ])
    func columnsOfAllTasksAreKnown(name: String, column: LogColumn) { #expect(LogColumn(name: name) == column) }

    @Test(arguments: [
        "lr/pgx", "lr/pg-1", "model/parameters", "train/", "metrics/_mAP", "x/lr99999999999999999999", "",
    ])
    func otherColumnsArePassedOver(name: String) { #expect(LogColumn(name: name) == nil) }

    /// YOLOv5's first epoch is 0; blanks fill its columns.
    @Test func tablesOfYOLOv5AreRead() throws {
        let table = try table(
            "               epoch,      train/box_loss,      train/obj_loss,     metrics/mAP_0.5,               x/lr0\n"
                + "                   0,             0.11206,            0.048435,            0.027522,          0.00027778\n"
        )
        #expect(table.rows.map(\.epoch) == [1] && table.rows[0].values[.loss(.train, "obj")] == 0.048435)
        #expect(table.rows[0].values[.score(.map50, of: "")] == 0.027522)
    }

    @Test func textsOfYOLOv7AreRead() throws {
        let text = """
                 0/299     3.31G   0.06748   0.02232   0.01621     0.106        22       640   0.01035    0.1463  0.007291  0.002052   0.05571   0.02035   0.01446
                 1/299     12.1G   0.06103   0.02171   0.01322   0.09596        17       640    0.2081    0.1873   0.09221   0.02955   0.05214   0.02011   0.01211

            """
        let table = try table(text)
        #expect(table.rows.map(\.epoch) == [1, 2])
        #expect(
            table.rows[0].values[.loss(.train, "cls")] == 0.01621
                && table.rows[1].values[.score(.map50, of: "")] == 0.09221)
        #expect(table.rows[1].values[.loss(.val, "cls")] == 0.01211)
        let folder = try TemporaryFolder()
        try folder.write(text, to: "run/results.txt")
        try folder.write("loss_ota: 1\nlr0: 0.01\n", to: "run/hyp.yaml")
        let run = try RunReader.read(folder.path + "/run")
        #expect(run.trainer == .yolov7 && run.wantedEpochs == 300 && !run.isWhole)
    }

    @Test func anExportOfWeightsAndBiasesIsRead() throws {
        let panel = try table(
            "\"Step\",\"exp3 - train/box_loss\",\"exp3 - train/box_loss__MIN\",\"exp3 - train/box_loss__MAX\"\n\"1\",\"0.5\",\"0.5\",\"0.5\"\n\"2\",\"0.4\",\"0.4\",\"0.4\"\n"
        )
        #expect(panel.rows.map { $0.values[.loss(.train, "box")] } == [0.5, 0.4] && panel.columns.count == 1)
        // A history has a row for each call.
        let history = try table("_step,train/box_loss,val/box_loss\n1,0.5,\n1,,0.6\n2,0.4,\n2,,0.55\n")
        #expect(history.rows.map(\.epoch) == [1, 2] && history.rows[1].values[.loss(.val, "box")] == 0.55)
    }

    @Test func anExportOfMLflowIsRead() throws {
        let table = try table(
            "run_id,key,value,step,timestamp\nab,metrics/mAP50B,0.25,1,1700000\nab,train/box_loss,1.5,0,1700000\nab,train/box_loss,1.2,1,1700001\n"
        )
        #expect(table.rows.map(\.epoch) == [1, 2] && table.rows[1].values[.score(.map50, of: "B")] == 0.25)
        #expect(throws: FileError.self) {
            try self.table("run_id,key,value,step\na,train/box_loss,1,0\nb,train/box_loss,1,0\n")
        }
    }

    @Test func aRowThatIsBeingWrittenIsLeftOut() throws {
        let cut = try table("epoch,train/box_loss,val/box_loss\n1,4,5\n2,3")
        #expect(cut.rows.map(\.epoch) == [1] && cut.notes == [.cut(line: 3)])
        // A whole row without its end is taken: the trainer was only about to write the next.
        #expect(try table("epoch,train/box_loss\n1,4\n2,3").rows.count == 2)
        #expect(try table("epoch,train/box_loss\n1,4\nrubbish,x\n2,3\n").notes == [.unreadable(line: 3)])
    }

    @Test func aResumedTrainingIsOne() throws {
        let table = try table("epoch,train/box_loss\n1,4\n2,3\n3,2.5\n3,2.6\n4,2\n")
        #expect(table.rows.map(\.epoch) == [1, 2, 3, 4] && table.rows[2].values[.loss(.train, "box")] == 2.6)
        #expect(table.notes == [.resumed(line: 5, epoch: 3)])
    }

    @Test func aTrainingThatWasStartedAgainIsTheLastOne() throws {
        let table = try table("epoch,train/box_loss\n1,4\n2,3\n1,9\n2,8\n3,7\n")
        #expect(table.rows.map { $0.values[.loss(.train, "box")] } == [9, 8, 7])
        #expect(table.notes == [.restarted(line: 4, lost: 2)])
    }

    @Test func whatIsNoLogIsRefusedWithAWayOut() throws {
        let folder = try TemporaryFolder()
        try folder.write("a,b\n1,2\n", to: "other/table.csv")
        try folder.write("x", to: "empty/readme.md")
        for name in ["other", "empty", "nowhere"] {
            #expect(throws: FileError.self, "\(name)") { try RunReader.read(folder.path + "/" + name) }
        }
    }

    @Test func settingsOfBothTrainersAreRead() throws {
        let folder = try TemporaryFolder()
        try folder.write("epoch,train/box_loss,train/obj_loss\n0,4,1\n", to: "run/results.csv")
        try folder.write(
            "hyp:\n  lr0: 0.02\n  warmup_epochs: 3.0\nbatch_size: 8\nfreeze:\n- 0\nepochs: 10\n", to: "run/opt.yaml")
        let run = try RunReader.read(folder.path + "/run")
        #expect(run.trainer == .yolov5 && run.settings.number("lr0") == 0.02 && run.settings.batch == 8)
        #expect(run.settings.frozen.isEmpty && run.settings.entry("lr0")?.entry.line == 2)
    }

    @Test func aConsoleTellsOfDataAndClasses() throws {
        let folder = try TemporaryFolder()
        try folder.write("epoch,train/box_loss\n1,4\n", to: "run/results.csv")
        try folder.write(
            """
            \u{1B}[34m\u{1B}[1mtrain: \u{1B}[0mScanning /data/labels/train...:  10%|█         | 3/32\rtrain: Scanning /data/labels/train... 32 images, 2 backgrounds, 5 corrupt: 100%|██████████| 32/32
            train: /data/images/a.jpg: ignoring corrupt image/label: Label class 2 exceeds dataset class count 1. Possible class labels are 0-0
                             Class     Images  Instances          P          R      mAP50   mAP50-95
                               all         20        241      0.848     0.0167     0.0239    0.00382
                         red blood         20        202          1          0    0.00765    0.00164
                               WBC         20         20      0.544       0.05     0.0639     0.0098
            """, to: "run/train.log")
        let console = try #require(try RunReader.read(folder.path + "/run").console)
        #expect(console.scans["train"]?.corrupt == 5 && console.scans["train"]?.backgrounds == 2)
        #expect(console.scans["train"]?.folder == "/data/labels/train")
        #expect(console.classes.map(\.name) == ["red blood", "WBC"] && console.classes[1].map50 == 0.0639)
        #expect(console.beyondCount == 1 && console.nanLine == nil)
    }
}
