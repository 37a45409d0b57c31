import Foundation
import TestSupport
import Testing

/// `assay run` writes the manifest of a job for the shards that are missing; `scripts/kubernetes` holds it against the schema.
@Suite struct KubernetesEngineTests {
    private struct Job: Decodable {
        struct Metadata: Decodable { var generateName: String, namespace: String? }
        struct Rule: Decodable {
            struct Codes: Decodable { var values: [Int] }
            var action: String
            var onExitCodes: Codes?
        }
        struct Policy: Decodable { var rules: [Rule] }
        struct Container: Decodable { var image: String, command: [String] }
        struct Pod: Decodable { var containers: [Container], activeDeadlineSeconds: Int? }
        struct Template: Decodable { var spec: Pod }
        struct Spec: Decodable {
            var completions: Int, parallelism: Int, backoffLimitPerIndex: Int, completionMode: String
            var podFailurePolicy: Policy
            var template: Template
        }
        var metadata: Metadata
        var spec: Spec
    }

    private func job(_ place: ClusterPlace, _ stage: String) throws -> Job {
        try JSONDecoder().decode(Job.self, from: Data(place.place.text("plan.assay/shards/\(stage).job.json").utf8))
    }

    /// Runs a job's indices as its pods would.
    private func run(_ job: Job, _ place: ClusterPlace) throws {
        let command = job.spec.template.spec.containers[0].command
        for index in 0..<job.spec.completions {
            let outcome = try Executables.run(
                "/usr/bin/env", command, in: place.path,
                environment: [
                    "JOB_COMPLETION_INDEX": "\(index)", "PATH": "\(Executables.folder.path):/usr/bin:/bin",
                ])
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
    }

    @Test func theSameBytesByJobs() throws {
        let place = try ClusterPlace()
        try place.makePlan(
            "engine: kubernetes", "image: registry/assay:1", "volumes: {vision: \(place.path)}", "shards: 5",
            "namespace: audits", "retries: 7", "time: 90m")
        try place.run("shard", "plan.yaml", status: 0)
        for index in [0, 3] {
            try place.run("work", "plan.yaml", "--stage", "labels", "--shard", "\(index)", status: 0)
        }
        let waits = try place.run("run", "plan.yaml", status: 2)
        let line = waits.errors.split(separator: "\n").last ?? ""
        #expect(line.contains("labels: 3 shards wait for a job of Kubernetes"), "\(waits.errors)")
        #expect(line.contains("kubectl create -f \(place.path)/plan.assay/shards/labels.job.json"), "\(waits.errors)")
        let labels = try job(place, "labels")
        #expect(labels.metadata.generateName == "assay-labels-" && labels.metadata.namespace == "audits")
        #expect(labels.spec.completions == 3 && labels.spec.parallelism == 3 && labels.spec.backoffLimitPerIndex == 7)
        #expect(labels.spec.completionMode == "Indexed" && labels.spec.template.spec.activeDeadlineSeconds == 5400)
        let rules = labels.spec.podFailurePolicy.rules.map { ($0.action, $0.onExitCodes?.values ?? []) }
        #expect(rules.map(\.0) == ["Ignore", "FailJob", "Count"] && rules.map(\.1) == [[], [2], [75]])
        try run(labels, place)
        // The stages up to the next that is divided run meanwhile.
        let next = try place.run("run", "plan.yaml", status: 2)
        #expect(next.errors.contains("toxic: 5 shards wait"), "\(next.errors)")
        #expect(place.place.text("plan.yaml").contains("anchors:"))
        let toxic = try job(place, "toxic")
        #expect(toxic.spec.template.spec.containers[0].command.first == "assay" && toxic.spec.parallelism == 4)
        try run(toxic, place)
        try place.runsAsOneMachine()
    }

    @Test func aPlanThatNoVolumeHoldsIsRefused() throws {
        let place = try ClusterPlace()
        try place.makePlan(
            "engine: kubernetes", "image: a", "volumes: {vision: \(place.path)x, other: /nonexistent}", "shards: 2")
        let outcome = try place.run("run", "plan.yaml", status: 2)
        #expect(outcome.errors.contains("its folder lies in none of cluster.volumes"), "\(outcome.errors)")
    }
}
