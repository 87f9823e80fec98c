# Macros of chatelaine's configure.ac.

# CHATELAINE_ENABLE(NAME, WHAT)
# -----------------------------
# A switch --enable-NAME, off unless asked for; sets $enable_NAME to yes or no.
AC_DEFUN([CHATELAINE_ENABLE],
[AC_ARG_ENABLE([$1], [AS_HELP_STRING([--enable-$1], [$2])], [], [enable_$1=no])
AS_IF([test "x$enable_$1" != xno], [enable_$1=yes])])

# CHATELAINE_WITH_DIR(NAME, WHAT, DEFAULT)
# ----------------------------------------
# A directory --with-NAME=DIR; sets $NAME to it, or to nothing where WHAT is not
# to be installed (--without-NAME). automake installs nothing there then.
AC_DEFUN([CHATELAINE_WITH_DIR],
[AC_ARG_WITH([$1],
  [AS_HELP_STRING([--with-$1=DIR], [where $2 go @<:@$3@:>@])],
  [], [with_$1=yes])
AS_CASE([$with_$1], [yes], [$1=$3], [no], [$1=], [$1=$with_$1])
AC_SUBST([$1])])

# _CHATELAINE_TRY_FLAG(FLAG, IF-ACCEPTED, IF-NOT)
# -----------------------------------------------
# Compiles and links a small program with FLAG, warnings being errors: clang
# only warns of a flag that it ignores, and _FORTIFY_SOURCE of a build without
# optimisation or of one that sets the macro itself.
AC_DEFUN([_CHATELAINE_TRY_FLAG],
[AS_VAR_PUSHDEF([accepted], [chatelaine_cv_flag_$1])
AC_CACHE_CHECK([whether $CC accepts $1], [accepted],
  [chatelaine_cflags=$CFLAGS
   CFLAGS="-Werror $AM_CFLAGS $1 $CFLAGS"
   AC_LINK_IFELSE(
     [AC_LANG_PROGRAM([[#include <string.h>]],
        [[char text[16]; memset (text, 0, sizeof text); return text[3];]])],
     [AS_VAR_SET([accepted], [yes])], [AS_VAR_SET([accepted], [no])])
   CFLAGS=$chatelaine_cflags])
AS_VAR_IF([accepted], [yes], [$2], [$3])
AS_VAR_POPDEF([accepted])])

# CHATELAINE_COMPILE_FLAGS(FLAGS, [OTHERWISE])
# --------------------------------------------
# Adds each of FLAGS to AM_CFLAGS if the compiler takes it. OTHERWISE is tried
# for one that it refuses.
AC_DEFUN([CHATELAINE_COMPILE_FLAGS],
[m4_foreach_w([flag], [$1],
  [_CHATELAINE_TRY_FLAG(m4_defn([flag]),
    [AS_VAR_APPEND([AM_CFLAGS], [" m4_defn([flag])"])],
    [m4_ifval([$2], [CHATELAINE_COMPILE_FLAGS([$2])])])
])])

# CHATELAINE_LINK_FLAGS(FLAGS)
# ----------------------------
# Adds each of FLAGS to AM_LDFLAGS if the linker takes it.
AC_DEFUN([CHATELAINE_LINK_FLAGS],
[m4_foreach_w([flag], [$1],
  [_CHATELAINE_TRY_FLAG(m4_defn([flag]),
    [AS_VAR_APPEND([AM_LDFLAGS], [" m4_defn([flag])"])])
])])

# CHATELAINE_REQUIRE_FLAGS(FLAGS)
# -------------------------------
# Adds each of FLAGS to compiling and linking; stops when one is refused.
AC_DEFUN([CHATELAINE_REQUIRE_FLAGS],
[m4_foreach_w([flag], [$1],
  [_CHATELAINE_TRY_FLAG(m4_defn([flag]),
    [AS_VAR_APPEND([AM_CFLAGS], [" m4_defn([flag])"])
     AS_VAR_APPEND([AM_LDFLAGS], [" m4_defn([flag])"])],
    [AC_MSG_ERROR([$CC does not accept m4_defn([flag])])])
])])
