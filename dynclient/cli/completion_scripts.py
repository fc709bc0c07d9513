"""The scripts that ``dynclient completion`` prints, for bash, zsh and fish."""

from __future__ import annotations

SCRIPTS = {
    "bash": """\
_dynclient() {
    local kind text about
    COMPREPLY=()
    while IFS=$'\\t' read -r kind text about; do
        case $kind in
            file) compopt -o default 2>/dev/null ;;
            partial) compopt -o nospace 2>/dev/null; COMPREPLY+=("$text") ;;
            word) COMPREPLY+=("$text") ;;
        esac
    done < <(_DYNCLIENT_COMPLETE=bash COMP_LINE="$COMP_LINE" COMP_POINT="$COMP_POINT" \\
        COMP_WORDBREAKS="$COMP_WORDBREAKS" command "$1" 2>/dev/null)
}
complete -F _dynclient dynclient
""",
    "zsh": """\
#compdef dynclient
_dynclient() {
    local line kind text about
    local -a words_ shown partial_ files_
    while IFS=$'\\t' read -r kind text about; do
        case $kind in
            file) _files && return ;;
            partial) partial_+=("$text") ;;
            word) words_+=("$text"); shown+=("$text${about:+  -- $about}") ;;
        esac
    done < <(_DYNCLIENT_COMPLETE=zsh command "${words[1]}" "${(@Q)words[2,CURRENT-1]}" \\
        "${(Q)PREFIX}" 2>/dev/null)
    (( $#partial_ )) && compadd -U -S '' -a partial_
    (( $#words_ )) && compadd -U -l -d shown -a words_
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _dynclient "$@"
else
    compdef _dynclient dynclient
fi
""",
    "fish": """\
function __dynclient_complete
    set -l token (commandline -ct)
    set -l words (commandline -opc)
    set -l plain (string unescape -- $token; or echo -- $token)
    _DYNCLIENT_COMPLETE=fish command $words[1] $words[2..-1] "$plain" 2>/dev/null \\
        | while read -l -d \\t kind text about
        switch $kind
            case file
                __fish_complete_path $token
            case '*'
                printf '%s\\t%s\\n' $text $about
        end
    end
end
complete -c dynclient -f -a '(__dynclient_complete)'
""",
}
"""The script that each shell reads at its start."""
