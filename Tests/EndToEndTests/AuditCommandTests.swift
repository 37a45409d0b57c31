import Foundation
import TestSupport
import Testing

/// One command for everything, and the commands around its plan.
@Suite struct AuditCommandTests {
    @Test func thePlanIsMadeShownAndKept() throws {
        let place = try Workplace()
        let outcome = try place.run("assay", "audit", "shapes", "--size", "96", "--no-probe", "--output", "out")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.errors.contains("plan: out/plan.yaml") && outcome.errors.contains("judge    nobody"))
        #expect(outcome.output.contains("trainable:") && outcome.output.contains("report: "))
        let mine = "# mine, byte for byte\n" + place.text("out/plan.yaml")
        try place.folder.write(mine, to: "out/plan.yaml")
        // The same command, and one that says the same, run the plan as it stands.
        for options in [[], ["--size", "96", "--no-probe"]] {
            let again = try Executables.run("assay", ["audit", "shapes", "--output", "out"] + options, in: place.path)
            #expect(again.status == 0 && again.errors.contains("as it stands"), "\(again.errors)")
            #expect(place.text("out/plan.yaml") == mine)
        }
        for (option, value) in [
            ("--size", "64"), ("--seed", "4"), ("--weights", "model.safetensors"), ("--budget", "1m"),
        ] {
            let other = try place.run("assay", "audit", "shapes", "--output", "out", option, value)
            #expect(other.status == 2 && other.errors.contains("is there already, and \(option)"), "\(other.errors)")
        }
        let other = try place.run("assay", "audit", "shapes", "--output", "out", "--probe")
        #expect(other.status == 2 && other.errors.contains("--probe would not change it"))
        #expect(place.text("out/plan.yaml") == mine)
    }

    /// Below the current folder, under a name of the dataset's own, and never in the dataset.
    @Test func withoutAPlaceItGoesBelowTheCurrentFolder() throws {
        let place = try Workplace()
        let before = try FileManager.default.contentsOfDirectory(atPath: place.path + "/shapes")
        #expect(try place.run("assay", "audit", "shapes/data.yaml", "--size", "64", "--no-probe").status == 0)
        let made = try FileManager.default.contentsOfDirectory(atPath: place.path + "/assay-out")
        #expect(made.count == 1 && made[0].hasPrefix("shapes-"), "\(made)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.path + "/shapes") == before)
    }

    @Test func aPlanOfAnotherDatasetIsRefused() throws {
        let place = try Workplace()
        try FileManager.default.copyItem(atPath: place.path + "/shapes", toPath: place.path + "/other")
        #expect(try place.run("assay", "audit", "shapes", "--size", "64", "--no-probe", "--output", "out").status == 0)
        let outcome = try place.run("assay", "audit", "other", "--output", "out")
        #expect(outcome.status == 2 && outcome.errors.contains("is the plan of another dataset"))
    }

    /// Without weights the cost of a probe from scratch is measured, said, and held to a budget.
    @Test func aProbeFromScratchSaysWhatItCosts() throws {
        let place = try Workplace()
        let long = try place.run("assay", "audit", "shapes", "--size", "64", "--budget", "0.1s", "--output", "little")
        #expect(long.status == 0, "\(long.errors)")
        #expect(
            long.errors.contains("models from scratch would take 3 folds, 20 epochs of 32 images"), "\(long.errors)")
        #expect(long.errors.contains("--pretrained yolo11n.pt"))
        #expect(place.text("little/plan.yaml").contains("\n# probe:"))
        let asked = try place.run(
            "assay", "audit", "shapes", "--size", "64", "--budget", "0.1s", "--probe", "-o", "asked")
        #expect(asked.status == 0, "\(asked.errors)")
        #expect(asked.errors.contains("models that have not seen what they judge, from scratch: 3 folds, 20 epochs"))
        // What ten minutes will not be enough for is said before they are spent.
        #expect(
            asked.errors.contains("too little to judge labels by: 200 epochs are the least, --budget "),
            "\(asked.errors)")
        let plan = place.text("asked/plan.yaml")
        #expect(
            plan.contains("\nprobe:") && plan.contains("\n  epochs: 20 ") && plan.contains("\n  size: 160 "), "\(plan)")
        #expect(
            asked.output.contains("3 folds of 32 images") && asked.output.contains(" at 160 px;"), "\(asked.output)")
    }

    @Test func statusSaysWhatIsStaleAndWhy() throws {
        let place = try Workplace()
        try place.makePlan()
        let open = try place.run("assay", "status", "plan.yaml")
        #expect(open.status == 1 && open.output.contains("labels   not run"), "\(open.output)")
        _ = try place.run("assay", "run", "plan.yaml")
        let current = try place.run("assay", "status", "plan.yaml")
        #expect(current.status == 0, "\(current.output)")
        #expect(current.output.contains("0 errors") && current.output.contains("probe    not in the plan"))
        try place.folder.write("0 0.5 0.5 0.3 0.3\n", to: "shapes/labels/train/shape01.txt")
        let stale = try place.run("assay", "status", "plan.yaml")
        #expect(
            stale.status == 1 && stale.output.contains("because labels/train/shape01.txt has changed"),
            "\(stale.output)")
        #expect(stale.output.contains("next: assay run plan.yaml"))
        _ = try place.run("assay", "run", "plan.yaml")
        try place.folder.write(
            place.text("plan.yaml").replacing("condense: true", with: "condense: false"), to: "plan.yaml")
        let setting = try place.run("assay", "status", "plan.yaml")
        #expect(setting.output.contains("because the setting condense has changed"), "\(setting.output)")
        // What an earlier stage will find is not known: those after it are stale, too.
        #expect(setting.output.contains("because labels will run again"))
        #expect(setting.errors.isEmpty)
    }

    /// What status calls stale is what a run runs.
    @Test func statusAgreesWithTheRun() throws {
        let place = try Workplace()
        try place.makePlan()
        _ = try place.run("assay", "run", "plan.yaml")
        try FileManager.default.removeItem(atPath: place.path + "/plan.assay/anchors.svg")
        let status = try place.run("assay", "status", "plan.yaml").output
        #expect(status.contains("because plan.assay/anchors.svg is gone"), "\(status)")
        let run = try place.run("assay", "run", "plan.yaml").errors
        #expect(run.contains("labels: unchanged") && run.contains("— anchors"), "\(run)")
        #expect(try place.run("assay", "status", "plan.yaml").status == 0)
    }

    @Test func aPartOfTheChainIsRun() throws {
        let place = try Workplace()
        try place.makePlan(weights: nil)
        let labels = try place.run("assay", "run", "plan.yaml", "--only", "labels")
        #expect(labels.status == 0 && labels.errors.contains("— labels") && !labels.errors.contains("— anchors"))
        #expect(!FileManager.default.fileExists(atPath: place.path + "/plan.assay/anchors.json"))
        let rest = try place.run("assay", "run", "plan.yaml", "--from", "toxic")
        #expect(rest.errors.contains("note: anchors is not run") && rest.errors.contains("— report"), "\(rest.errors)")
        #expect(!rest.errors.contains("— anchors"))
        for (arguments, reason) in [
            (["--only", "probe"], "has no block “probe”"),
            (["--only", "labels", "--from", "toxic"], "--only or --from"),
            (["--only", "labels", "--fail-on-suspicions", "0.9"], "without the stage toxic"),
        ] {
            let outcome = try Executables.run("assay", ["run", "plan.yaml"] + arguments, in: place.path)
            #expect(outcome.status == 2 && outcome.errors.contains(reason), "\(outcome.errors)")
        }
    }

    /// The page is made anew: one that came with a dataset is never shown.
    @Test func openingMakesThePageAnew() throws {
        let place = try Workplace()
        try place.makePlan(weights: nil)
        let early = try place.run("assay", "open", "plan.yaml")
        #expect(early.status == 2 && early.errors.contains("has no results to show"))
        _ = try place.run("assay", "run", "plan.yaml")
        let page = place.text("plan.assay/report.html")
        try place.folder.write("<script>alert(1)</script>", to: "plan.assay/report.html")
        // A program of the dataset's that bears a browser's name.
        try place.folder.write("#!/bin/sh\ntouch \(place.path)/started\n", to: "shapes/xdg-open")
        chmod(place.path + "/shapes/xdg-open", 0o755)
        let outcome = try Executables.run(
            "assay", ["open", "plan.yaml"], in: place.path,
            environment: ["DISPLAY": ":9", "PATH": "\(place.path)/shapes:."])
        #expect(outcome.status == 0 && outcome.output.hasSuffix("plan.assay/report.html\n"), "\(outcome.errors)")
        #expect(outcome.errors.contains("no browser"))
        #expect(place.text("plan.assay/report.html") == page)
        #expect(!FileManager.default.fileExists(atPath: place.path + "/started"))
        // One of the system's is started, with the page's address.
        let bin = try TemporaryFolder()
        try bin.write(
            "#!/bin/sh\nprintf %s \"$1\" > \(bin.path)/address.part\nmv \(bin.path)/address.part \(bin.path)/address\n",
            to: "xdg-open")
        chmod(bin.path + "/xdg-open", 0o755)
        let environment = ["DISPLAY": ":9", "PATH": "\(bin.path):/usr/bin:/bin"]
        #expect(
            try Executables.run("assay", ["open", "plan.yaml"], in: place.path, environment: environment).status == 0)
        let end = Date(timeIntervalSinceNow: 20)
        while !FileManager.default.fileExists(atPath: bin.path + "/address"), Date() < end { usleep(20_000) }
        let address = String(
            decoding: FileManager.default.contents(atPath: bin.path + "/address") ?? Data(), as: UTF8.self)
        #expect(address.hasPrefix("file:///") && address.hasSuffix("/plan.assay/report.html"), "\(address)")
    }

    /// A gate on suspicions closes on what a ranking found, says so last, and is none where nothing judges.
    @Test func suspicionsFailARun() throws {
        let place = try Workplace()
        // A box that nothing can learn is suspected whatever the model says.
        try place.folder.write("1 0.5 0.5 0.004 0.004\n", to: "shapes/labels/train/shape00.txt")
        try place.makePlan()
        let closed = try place.run("assay", "run", "plan.yaml", "--fail-on-suspicions", "0")
        #expect(closed.status == 1)
        let last = closed.output.split(separator: "\n").last.map(String.init) ?? ""
        #expect(last.hasPrefix("exit status:") && last.contains("1 suspicion of 0 or more"), "\(closed.output)")
        let open = try place.run("assay", "run", "plan.yaml", "--fail-on-suspicions", "1")
        #expect(open.status == 0 && open.errors.contains("toxic: unchanged"), "\(open.errors)")
        let alone = try place.run("assay-toxic", "plan.yaml", "--fail-on-suspicions", "0")
        #expect(
            alone.status == 1 && alone.output.hasSuffix("exit status 1: 1 suspicion of 0 or more\n"), "\(alone.output)")
        let dataset = try place.run(
            "assay-toxic", "shapes", "--weights", "model.safetensors", "--size", "96", "--format", "csv",
            "--fail-on-suspicions", "0")
        #expect(dataset.status == 1 && dataset.errors.contains("exit status 1: "), "\(dataset.errors)")
        try place.makePlan("blind.yaml", weights: nil)
        let blind = try place.run("assay", "run", "blind.yaml", "--fail-on-suspicions", "0.9")
        #expect(blind.status == 2 && blind.errors.contains("nothing in it judges the labels"), "\(blind.errors)")
    }
}
