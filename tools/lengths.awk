# SPDX-License-Identifier: MIT
#
# Function lengths of C files in the house's format: a function opens with a
# brace alone in column 0 and ends with one. Its first line is the last one
# that began in column 0 after an empty line, a brace or a comment.
#
#   awk -v folder=NAME -f lengths.awk FILE...    one line of figures
#   awk -v longest=N   -f lengths.awk FILE       names of longer functions

function at_column_0() { return $0 ~ /^[A-Za-z_]/ }

!inside && at_column_0() && !open_signature { start = NR; name = $0 }
!inside { open_signature = at_column_0() || (open_signature && /^ /) }
!inside && (/;$/ || /^}/ || /^$/ || /\*\/$/) { open_signature = 0 }
/^\{$/ { inside = 1 }
inside && /^\}/ {
    inside = 0
    open_signature = 0
    length_of[++count] = NR - start + 1
    if (longest && NR - start + 1 > longest) {
        printf "%s (%d lines)\n", name, NR - start + 1
    }
}

END {
    if (longest || !count) {
        exit
    }
    for (i = 2; i <= count; i++) {
        v = length_of[i]
        for (j = i - 1; j > 0 && length_of[j] > v; j--) {
            length_of[j + 1] = length_of[j]
        }
        length_of[j + 1] = v
    }
    printf "%-22s %4d functions, lines median %3d, 90%% %3d, longest %3d\n",
        folder, count, length_of[int((count + 1) / 2)],
        length_of[int((count * 9 + 9) / 10)], length_of[count]
}
