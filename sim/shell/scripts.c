/* SPDX-License-Identifier: MIT */
/* What each shell does at a Tab: ask otalab, then add its own file names. */
#include "shell/completion.h"

#include <string.h>

static const char bash_script[] =
    "# bash completion of otalab; made by `otalab completion bash`\n"
    "# shellcheck shell=bash\n"
    "\n"
    "_otalab() {\n"
    "    local typed=${COMP_WORDS[COMP_CWORD]} before='' adds answer\n"
    "    mapfile -t answer < <(\"$1\" completion --offer -- \\\n"
    "        \"${COMP_WORDS[@]:1:COMP_CWORD}\" 2>/dev/null)\n"
    "    adds=${answer[0]}\n"
    "    [ \"$typed\" != = ] || typed=''\n"
    "    [[ $typed != --*=* ]] || before=${typed%%=*}=\n"
    "    typed=${typed#\"$before\"}\n"
    "    mapfile -t COMPREPLY < <({\n"
    "        printf '%s\\n' \"${answer[@]:1}\" | cut -f 1\n"
    "        case $adds in\n"
    "        files) compgen -f -- \"$typed\" ;;\n"
    "        folders) compgen -d -- \"$typed\" ;;\n"
    "        scenarios)\n"
    "            compgen -f -X '!*.yaml' -- \"$typed\"\n"
    "            compgen -d -- \"$typed\"\n"
    "            ;;\n"
    "        esac\n"
    "    } | sed \"/^\\$/d; s|^|$before|\" | sort -u)\n"
    "    [ \"$adds\" = words ] || compopt -o filenames 2>/dev/null\n"
    "}\n"
    "complete -F _otalab otalab\n";

static const char zsh_script[] =
    "#compdef otalab\n"
    "# zsh completion of otalab; made by `otalab completion zsh`\n"
    "\n"
    "_otalab() {\n"
    "    local -a answer offered\n"
    "    local adds\n"
    "    answer=(\"${(@f)$(${(Q)words[1]} completion --offer -- \\\n"
    "        \"${(@Q)words[2,CURRENT]}\" 2>/dev/null)}\")\n"
    "    adds=$answer[1]\n"
    "    offered=(\"${(@)${(@)answer[2,-1]//:/\\\\:}/$'\\t'/:}\")\n"
    "    compset -P '--*='\n"
    "    case $adds in\n"
    "    (files) _files ;;\n"
    "    (folders) _files -/ ;;\n"
    "    (scenarios)\n"
    "        _alternative 'names:scenario:((${(@q)offered}))' \\\n"
    "            'files:file:_files -g \"*.yaml\"'\n"
    "        ;;\n"
    "    (*) _describe word offered ;;\n"
    "    esac\n"
    "}\n"
    "\n"
    "if [ \"$funcstack[1]\" = _otalab ]; then\n"
    "    _otalab \"$@\"\n"
    "else\n"
    "    compdef _otalab otalab\n"
    "fi\n";

static const char fish_script[] =
    "# fish completion of otalab; made by `otalab completion fish`\n"
    "\n"
    "function __otalab_offer\n"
    "    set -l words (commandline -opc)\n"
    "    set -l typed (commandline -ct)\n"
    "    set -l answer ($words[1] completion --offer -- $words[2..-1] \\\n"
    "        \"$typed\" 2>/dev/null)\n"
    "    set -l before (string match -r -- '^--[^=]*=' \"$typed\")\n"
    "    set -l rest (string replace -r -- '^--[^=]*=' '' \"$typed\")\n"
    "    set -l offered $answer[2..-1]\n"
    "    switch \"$answer[1]\"\n"
    "        case files\n"
    "            set -a offered (__fish_complete_path \"$rest\")\n"
    "        case folders\n"
    "            set -a offered (__fish_complete_directories \"$rest\")\n"
    "        case scenarios\n"
    "            set -a offered (__fish_complete_suffix \"$rest\" .yaml)\n"
    "    end\n"
    "    printf '%s\\n' \"$before\"$offered\n"
    "end\n"
    "\n"
    "complete -c otalab -f -a '(__otalab_offer)'\n";

const char *completion_script(const char *shell)
{
    static const struct {
        const char *shell;
        const char *script;
    } scripts[] = {
        {"bash", bash_script},
        {"zsh", zsh_script},
        {"fish", fish_script},
    };

    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
        if (strcmp(shell, scripts[i].shell) == 0) {
            return scripts[i].script;
        }
    }
    return NULL;
}
