/// A shell, and the script by which it completes the tools' command lines.
public enum CompletedShell: String, Sendable, CaseIterable {
    case bash, zsh, fish

    /// What a person adds to the shell's start-up file, without the end of the line.
    public var installation: String {
        switch self {
        case .bash: "assay completions bash > ~/.local/share/bash-completion/completions/assay"
        case .zsh: "assay completions zsh > ~/.zsh/completions/_assay, a folder of $fpath; then compinit"
        case .fish: "assay completions fish > ~/.config/fish/completions/assay.fish"
        }
    }

    /// - Parameter tools: the executables that are completed, `assay` among them.
    public func script(_ tools: [String]) -> String {
        switch self {
        case .bash: Self.bash(tools)
        case .zsh: Self.zsh(tools)
        case .fish: Self.fish(tools)
        }
    }

    /// The tool is looked up by its name alone: `./assay-labels` of a dataset is not started by a press of the tab key.
    private static func bash(_ tools: [String]) -> String {
        """
        # Completions of assay for bash: the tools themselves say what fits.
        _assay_complete() {
            local tool word kind text help current='' words=()
            COMPREPLY=()
            tool=$(type -P -- "${1##*/}") || return 0
            # An option and its value are one word, though bash cuts them at the equals sign.
            for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
                if ((${#words[@]})) && [[ $word == = || ${words[-1]} == --*= ]]; then
                    words[-1]+=$word
                else
                    words+=("$word")
                fi
            done
            ((${#words[@]})) && current=${words[-1]}
            while IFS=$'\\t' read -r kind text help; do
                case $kind in
                    word)
                        if [[ $current == --*=* && $COMP_WORDBREAKS == *=* ]]; then text=${text#*=}; fi
                        COMPREPLY+=("$text") ;;
                    files | folders)
                        compopt -o filenames 2>/dev/null
                        while IFS= read -r text; do COMPREPLY+=("$text"); done < <(
                            if [[ $kind == files ]]; then compgen -f -- "${current#--*=}"; else compgen -d -- "${current#--*=}"; fi
                        ) ;;
                esac
            done < <("$tool" \(Completion.question) "${words[@]}" 2>/dev/null)
        }
        complete -F _assay_complete \(tools.joined(separator: " "))

        """
    }

    private static func zsh(_ tools: [String]) -> String {
        """
        #compdef \(tools.joined(separator: " "))
        # Completions of assay for zsh: the tools themselves say what fits.
        _assay_complete() {
            local tool line kind text help files='' folders=''
            local -a found
            tool=$(whence -p -- "${words[1]:t}") || return 1
            while IFS=$'\\t' read -r kind text help; do
                case $kind in
                    (word) found+=("${text//:/\\\\:}:$help") ;;
                    (files) files=yes ;;
                    (folders) folders=yes ;;
                esac
            done < <("$tool" \(Completion.question) "${(@)words[2,CURRENT]}" 2>/dev/null)
            (( ${#found} )) && _describe -t values 'assay' found
            if [[ -n $files || -n $folders ]]; then
                [[ $PREFIX == --*=* ]] && compset -P '*='
                if [[ -n $files ]]; then _files; else _files -/; fi
            fi
        }
        if [[ ${funcstack[1]-} == _assay ]]; then
            _assay_complete "$@"
        else
            compdef _assay_complete \(tools.joined(separator: " "))
        fi

        """
    }

    private static func fish(_ tools: [String]) -> String {
        """
        # Completions of assay for fish: the tools themselves say what fits.
        function __assay_complete
            set -l words (commandline -opc)
            set -l current (commandline -ct)
            set -l tool (command -s (basename -- $words[1])); or return
            $tool \(Completion.question) $words[2..] "$current" 2>/dev/null | while read -l -d \\t kind text help
                switch $kind
                    case word
                        printf '%s\\t%s\\n' $text $help
                    case files
                        __fish_complete_path (string replace -r -- '^--[^=]*=' '' "$current")
                    case folders
                        __fish_complete_directories (string replace -r -- '^--[^=]*=' '' "$current")
                end
            end
        end
        for tool in \(tools.joined(separator: " "))
            complete -c $tool -f -a '(__assay_complete)'
        end

        """
    }
}
