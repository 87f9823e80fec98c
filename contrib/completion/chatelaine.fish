# For fish, which reads this at the first Tab.
chatelaine completion fish | source
