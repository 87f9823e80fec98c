/*
 * The least that a program with curses costs: it is started and ends. Linked
 * with ncursesw whether it uses it or not.
 */
int
main(void)
{
	return 0;
}
