"""Tests of columns as code, one class for each test definition."""

from __future__ import annotations

from collections.abc import Iterable

from dynclient.compat.sdk.data_quality.base_tests import ColumnTest, listed


class _RangeTest(ColumnTest):
    """A test whose definition has a lower and an upper bound.

    Args:
        column: the column.
        min_value: the lower bound, which is allowed; None for no bound.
        max_value: the upper bound, which is allowed; None for no bound.
        name: the name of the test case.
        display_name: a name for people.
        description: what it tests.
    """

    _definition: str
    _bounds: tuple[str, str]
    """The names of the two parameters."""
    _suffix: str
    """What follows the column in the default name of the test case."""

    def __init__(
        self,
        column: str,
        min_value: float | None = None,
        max_value: float | None = None,
        name: str | None = None,
        display_name: str | None = None,
        description: str | None = None,
    ) -> None:
        name = name or f"{column}_{self._suffix}"
        super().__init__(self._definition, column, name, display_name, description)
        low, high = self._bounds
        self._set(**{low: min_value, high: max_value})


class ColumnValuesToBeBetween(_RangeTest):
    """All values of a column are between two bounds."""

    _definition = "columnValuesToBeBetween"
    _bounds = ("minValue", "maxValue")
    _suffix = "values_between"


class ColumnValueMaxToBeBetween(_RangeTest):
    """The largest value of a column is between two bounds."""

    _definition = "columnValueMaxToBeBetween"
    _bounds = ("minValueForMaxInCol", "maxValueForMaxInCol")
    _suffix = "max_between"


class ColumnValueMinToBeBetween(_RangeTest):
    """The smallest value of a column is between two bounds."""

    _definition = "columnValueMinToBeBetween"
    _bounds = ("minValueForMinInCol", "maxValueForMinInCol")
    _suffix = "min_between"


class ColumnValueMeanToBeBetween(_RangeTest):
    """The mean of a column is between two bounds."""

    _definition = "columnValueMeanToBeBetween"
    _bounds = ("minValueForMeanInCol", "maxValueForMeanInCol")
    _suffix = "mean_between"


class ColumnValueMedianToBeBetween(_RangeTest):
    """The median of a column is between two bounds."""

    _definition = "columnValueMedianToBeBetween"
    _bounds = ("minValueForMedianInCol", "maxValueForMedianInCol")
    _suffix = "median_between"


class ColumnValueStdDevToBeBetween(_RangeTest):
    """The standard deviation of a column is between two bounds."""

    _definition = "columnValueStdDevToBeBetween"
    _bounds = ("minValueForStdDevInCol", "maxValueForStdDevInCol")
    _suffix = "stddev_between"


class ColumnValuesSumToBeBetween(_RangeTest):
    """The sum of a column is between two bounds."""

    _definition = "columnValuesSumToBeBetween"
    _bounds = ("minValueForColSum", "maxValueForColSum")
    _suffix = "sum_between"


class ColumnValueLengthsToBeBetween(ColumnTest):
    """The lengths of all values of a column are between two bounds.

    Args:
        column: the column.
        min_length: the least number of characters; None for no bound.
        max_length: the greatest number of characters; None for no bound.
        name: the name of the test case.
        display_name: a name for people.
        description: what it tests.
    """

    def __init__(
        self,
        column: str,
        min_length: int | None = None,
        max_length: int | None = None,
        name: str | None = None,
        display_name: str | None = None,
        description: str | None = None,
    ) -> None:
        name = name or f"{column}_length_between"
        super().__init__("columnValueLengthsToBeBetween", column, name, display_name, description)
        self._set(minLength=min_length, maxLength=max_length)


class ColumnValuesToBeInSet(ColumnTest):
    """All values of a column are in a set.

    Args:
        column: the column.
        allowed_values: the values of the set.
        name: the name of the test case.
        display_name: a name for people.
        description: what it tests.
    """

    def __init__(
        self,
        column: str,
        allowed_values: Iterable[str],
        name: str | None = None,
        display_name: str | None = None,
        description: str | None = None,
    ) -> None:
        name = name or f"{column}_values_in_set"
        super().__init__("columnValuesToBeInSet", column, name, display_name, description)
        self._set(allowedValues=listed(allowed_values, type(self), "allowed_values"))


class ColumnValuesToBeNotInSet(ColumnTest):
    """No value of a column is in a set.

    Args:
        column: the column.
        forbidden_values: the values of the set.
        name: the name of the test case.
        display_name: a name for people.
        description: what it tests.
    """

    def __init__(
        self,
        column: str,
        forbidden_values: Iterable[str],
        name: str | None = None,
        display_name: str | None = None,
        description: str | None = None,
    ) -> None:
        name = name or f"{column}_values_not_in_set"
        super().__init__("columnValuesToBeNotInSet", column, name, display_name, description)
        self._set(forbiddenValues=listed(forbidden_values, type(self), "forbidden_values"))


class ColumnValuesToBeNotNull(ColumnTest):
    """No value of a column is missing.

    Args:
        column: the column.
        name: the name of the test case.
        display_name: a name for people.
        description: what it tests.
    """

    def __init__(
        self,
        column: str,
        name: str | None = None,
        display_name: str | None = None,
        description: str | None = None,
    ) -> None:
        name = name or f"{column}_not_null"
        super().__init__("columnValuesToBeNotNull", column, name, display_name, description)


class ColumnValuesToBeUnique(ColumnTest):
    """No value occurs twice in a column.

    Args:
        column: the column.
        name: the name of the test case.
        display_name: a name for people.
        description: what it tests.
    """

    def __init__(
        self,
        column: str,
        name: str | None = None,
        display_name: str | None = None,
        description: str | None = None,
    ) -> None:
        name = name or f"{column}_unique"
        super().__init__("columnValuesToBeUnique", column, name, display_name, description)


class ColumnValuesToMatchRegex(ColumnTest):
    """All values of a column match a regular expression.

    Args:
        column: the column.
        regex: the expression, which is matched from the start of a value.
        name: the name of the test case.
        display_name: a name for people.
        description: what it tests.
    """

    def __init__(
        self,
        column: str,
        regex: str,
        name: str | None = None,
        display_name: str | None = None,
        description: str | None = None,
    ) -> None:
        name = name or f"{column}_matches_regex"
        super().__init__("columnValuesToMatchRegex", column, name, display_name, description)
        self._set(regex=regex)


class ColumnValuesToNotMatchRegex(ColumnTest):
    """No value of a column matches a regular expression.

    Args:
        column: the column.
        regex: the expression, which is matched from the start of a value.
        name: the name of the test case.
        display_name: a name for people.
        description: what it tests.
    """

    def __init__(
        self,
        column: str,
        regex: str,
        name: str | None = None,
        display_name: str | None = None,
        description: str | None = None,
    ) -> None:
        name = name or f"{column}_not_matches_regex"
        super().__init__("columnValuesToNotMatchRegex", column, name, display_name, description)
        self._set(forbiddenRegex=regex)


class ColumnValuesMissingCount(ColumnTest):
    """A certain number of values is missing in a column.

    Args:
        column: the column.
        missing_count_value: the number of missing values.
        missing_value_match: values that count as missing, such as ``"N/A"``.
        name: the name of the test case.
        display_name: a name for people.
        description: what it tests.
    """

    def __init__(
        self,
        column: str,
        missing_count_value: int | None = None,
        missing_value_match: Iterable[str] | None = None,
        name: str | None = None,
        display_name: str | None = None,
        description: str | None = None,
    ) -> None:
        name = name or f"{column}_missing_count"
        super().__init__("columnValuesMissingCount", column, name, display_name, description)
        marks = listed(missing_value_match, type(self), "missing_value_match")
        self._set(missingCountValue=missing_count_value, missingValueMatch=marks)


class ColumnValuesToBeAtExpectedLocation(ColumnTest):
    """The coordinates of each row are at the place that a column names.

    Args:
        column: the column with the names of the places.
        location_reference_type: ``"CITY"`` or ``"POSTAL_CODE"``.
        longitude_column_name: the column with the longitudes.
        latitude_column_name: the column with the latitudes.
        radius: the greatest distance in metres.
        name: the name of the test case.
        display_name: a name for people.
        description: what it tests.
    """

    def __init__(
        self,
        column: str,
        location_reference_type: str,
        longitude_column_name: str,
        latitude_column_name: str,
        radius: float,
        name: str | None = None,
        display_name: str | None = None,
        description: str | None = None,
    ) -> None:
        definition = "columnValuesToBeAtExpectedLocation"
        name = name or f"{column}_at_expected_location"
        super().__init__(definition, column, name, display_name, description)
        self._set(
            locationReferenceType=location_reference_type,
            longitudeColumnName=longitude_column_name,
            latitudeColumnName=latitude_column_name,
            radius=radius,
        )
