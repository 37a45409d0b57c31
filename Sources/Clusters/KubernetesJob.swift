import FileReading
import Foundation
import TextForms
import ToolOptions

/// The manifest of a job, as JSON: `kubectl` reads it like YAML.
struct KubernetesJob {
    let task: WorkerTask
    /// How many indices there are.
    let completions: Int
    /// Of the container.
    let command: [String]

    private static let container = "assay"

    var text: String {
        var json = JSONWriter()
        json.object(.lines) { json in
            json.member("apiVersion", "batch/v1")
            json.member("kind", "Job")
            json.object("metadata", .lines) { json in
                // A name of its own each time: a job cannot be changed.
                json.member("generateName", "assay-\(task.stage.rawValue)-")
                if let namespace = task.options.namespace { json.member("namespace", namespace.text) }
                labels(&json)
            }
            json.object("spec", .lines) { json in
                json.member("completionMode", "Indexed")
                json.member("completions", completions)
                json.member("parallelism", min(completions, task.options.workersAtOnce))
                json.member("backoffLimitPerIndex", task.options.retries.value)
                json.object("podFailurePolicy", .lines) { failures(&$0) }
                json.object("template", .lines) { json in
                    json.object("metadata", .lines) { labels(&$0) }
                    json.object("spec", .lines) { pod(&$0) }
                }
            }
        }
        json.endLine()
        return json.text
    }

    private func labels(_ json: inout JSONWriter) {
        json.object("labels") { json in
            json.member("app.kubernetes.io/name", "assay")
            json.member("app.kubernetes.io/component", task.stage.rawValue)
        }
    }

    /// What a worker's exit status means, as `assay work` says it. A pod that Kubernetes itself takes away has not failed.
    private func failures(_ json: inout JSONWriter) {
        func rule(_ json: inout JSONWriter, _ action: String, status: Int) {
            json.object { json in
                json.member("action", action)
                json.object("onExitCodes") { json in
                    json.member("containerName", Self.container)
                    json.member("operator", "In")
                    json.array("values") { $0.value(status) }
                }
            }
        }
        json.array("rules", .lines) { json in
            json.object { json in
                json.member("action", "Ignore")
                json.array("onPodConditions") { json in
                    json.object { json in
                        json.member("type", "DisruptionTarget")
                        json.member("status", "True")
                    }
                }
            }
            rule(&json, "FailJob", status: 2)
            rule(&json, "Count", status: 75)
        }
    }

    private func pod(_ json: inout JSONWriter) {
        let options = task.options
        json.member("restartPolicy", "Never")
        if let time = options.time {
            json.member("activeDeadlineSeconds", max(1, Int(clamping: time.seconds.rounded(.up))))
        }
        // Parts belong to whoever runs the plan.
        if getuid() != 0 {
            json.object("securityContext") { json in
                json.member("runAsUser", Int(getuid()))
                json.member("runAsGroup", Int(getgid()))
            }
        }
        let volumes = options.volumes.paths.enumerated().map { (name: "data-\($0)", claim: $1.claim, path: $1.path) }
        json.array("containers", .lines) { json in
            json.object(.lines) { json in
                json.member("name", Self.container)
                json.member("image", options.image?.text ?? "")
                json.array("command") { json in for word in command { json.value(word) } }
                json.member("workingDir", Paths.directory(of: task.plan))
                json.object("resources") { json in
                    json.object("requests") { json in
                        json.member("cpu", String(options.cpus.value))
                        if let memory = options.memory { json.member("memory", "\(memory.value)Gi") }
                    }
                    if let memory = options.memory {
                        json.object("limits") { $0.member("memory", "\(memory.value)Gi") }
                    }
                }
                json.array("volumeMounts") { json in
                    for volume in volumes {
                        json.object { json in
                            json.member("name", volume.name)
                            json.member("mountPath", volume.path)
                        }
                    }
                }
            }
        }
        json.array("volumes", .lines) { json in
            for volume in volumes {
                json.object { json in
                    json.member("name", volume.name)
                    json.object("persistentVolumeClaim") { $0.member("claimName", volume.claim) }
                }
            }
        }
    }
}
